import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type Plugin } from 'vite';

const entry = fileURLToPath(new URL('lab/sandbox/worker/worker.ts', import.meta.url));

/** The library's part of a learner's program as one classic script: a blob in a frame of opaque origin imports nothing. */
const config: InlineConfig = {
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  resolve: { conditions: ['browser', 'module', 'import', 'default'] },
  build: {
    write: false,
    target: 'es2022',
    minify: 'oxc',
    lib: { entry, formats: ['iife'], name: 'neuroforgeSandbox', fileName: () => 'sandbox.js' },
    rolldownOptions: { platform: 'browser' },
  },
};

/** Builds it; throws where it would import a package or a second file. */
export async function sandboxText(plugins: Plugin[] = []): Promise<string> {
  const built = await build({ ...config, plugins });
  const outputs = [built].flat().flatMap((result) => ('output' in result ? result.output : []));
  const [chunk, ...others] = outputs;
  if (chunk?.type !== 'chunk' || others.length > 0 || chunk.imports.length > 0 || chunk.dynamicImports.length > 0) {
    throw new Error(`the sandbox's script is not one file: ${outputs.map((o) => o.fileName).join(', ')}`);
  }
  return chunk.code.trim();
}

const asked = 'virtual:sandbox-script';

/**
 * Gives `virtual:sandbox-script` to a build or a development server of the lab. Who notes the packages of that build
 * notes those of the script.
 */
export function sandboxScript(): Plugin {
  let along: Plugin[] = [];
  return {
    name: 'neuroforge:sandbox-script',
    configResolved({ plugins }) {
      along = plugins.filter(({ name }) => name === 'neuroforge:bundled-packages');
    },
    resolveId: (id) => (id === asked ? `\0${asked}` : null),
    load: async (id) => (id === `\0${asked}` ? `export default ${JSON.stringify(await sandboxText(along))};` : null),
  };
}
