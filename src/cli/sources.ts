/** The code and the derivation of a layer, a loss or an optimizer, as they stood when the command line was built. */
export interface Definition {
  readonly folder: 'layers' | 'losses' | 'optim';
  readonly code: string;
  readonly derivation: string | null;
}

const code = import.meta.glob<string>(['../{layers,losses,optim}/*.ts', '!../**/*.test.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const derivations = import.meta.glob<string>('../{layers,losses,optim}/*.md', {
  query: '?raw',
  import: 'default',
  eager: true,
});

/** By name; what has a derivation can be explained. */
export const definitions: ReadonlyMap<string, Definition> = new Map(
  Object.keys(derivations)
    .filter((path) => path.replace(/\.md$/, '.ts') in code)
    .map((path) => {
      const [, folder, name] = /([a-z]+)\/([^/]+)\.md$/.exec(path)!;
      const text = code[path.replace(/\.md$/, '.ts')];
      return [name, { folder: folder as Definition['folder'], code: text, derivation: derivations[path] }];
    }),
);
