/** Vite's, as much of it as is used here: the texts of files, put in by the build. */
interface ImportMeta {
  glob<T>(
    patterns: string | readonly string[],
    options: { query: '?raw'; import: 'default'; eager: true },
  ): Record<string, T>;
}
