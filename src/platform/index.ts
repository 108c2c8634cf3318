/** `neuroforge/platform` in Node; a page gets `browser.ts` by the export condition. */
export { type Blas, type BlasOptions, type BlasSearch, loadBlas } from './blas.ts';
export type { FileStat, Files, HostInfo } from './files.ts';
export { files } from './node.ts';
