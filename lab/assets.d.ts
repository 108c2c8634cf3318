/** What Vite makes of imports that are no code. */
declare module '*.css';

interface ImportMeta {
  /** Vite's; `PROD` in what is built. */
  readonly env: { readonly PROD: boolean };
}
