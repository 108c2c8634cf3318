/** Put there by the build. */
declare const NEUROFORGE_VERSION: string;
/** Abbreviated, with `-dirty` where files had changed; null in a build outside a checkout. */
declare const NEUROFORGE_COMMIT: string | null;
