/** The course's documents in order, each loaded when it is asked for: vite.course.config.ts makes them. */
declare module 'virtual:course' {
  export const pages: readonly {
    /** What the page is called in an address: `02-mlp`. */
    readonly id: string;
    /** From the project's root: `course/02-mlp.md`. */
    readonly path: string;
    readonly title: string;
    load(): Promise<{
      readonly page: import('../../course/pages/page.ts').Page;
      /** The address of each figure, by its path. */
      readonly figures: Readonly<Record<string, string>>;
    }>;
  }[];
}
