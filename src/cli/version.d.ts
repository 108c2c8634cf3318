/** Put there by the build. */
declare const NEUROFORGE_VERSION: string;
