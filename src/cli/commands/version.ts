import { homedir, release, totalmem } from 'node:os';
import process from 'node:process';
import { listData } from '../../data/list.ts';
import { files, loadBlas } from '../../platform/index.ts';
import type { Output } from '../output.ts';
import { wasmFeatures } from '../wasm-features.ts';
import { withoutHome } from '../without-home.ts';

/** Variables of ours; their values are told. */
const ours = ['NEUROFORGE_DATA', 'NEUROFORGE_CACHE', 'NEUROFORGE_BLAS', 'NEUROFORGE_BACKEND'];
/** What else changes what we do; whether it is set is told, not to what. */
const others =
  /^(NODE_OPTIONS|https?_proxy|no_proxy|xdg_cache_home|(OMP|OPENBLAS|MKL|BLIS|DNNL|VECLIB)_\w+|NEUROFORGE_\w+)$/i;

/** The document `neuroforge/version@1` of `neuroforge --version --json`: all that a bug report needs, and no secrets. */
export async function versionDocument(output: Output): Promise<Record<string, unknown>> {
  const { env, versions, report } = process;
  const { host } = files;
  const document = {
    schema: 'neuroforge/version@1',
    version: NEUROFORGE_VERSION,
    commit: NEUROFORGE_COMMIT,
    installed: import.meta.dirname,
    node: versions.node,
    v8: versions.v8,
    system: { platform: host.system, release: release(), architecture: host.architecture, libc: libcOf(report) },
    machine: { cpu: host.cpu, cores: host.cores, memoryGiB: Number((totalmem() / 2 ** 30).toFixed(1)) },
    wasm: wasmFeatures(),
    ...(await nativeFacts()),
    terminal: {
      stdout: process.stdout.isTTY === true,
      stderr: process.stderr.isTTY === true,
      columns: process.stdout.columns ?? null,
      ...Object.fromEntries(
        ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI'].map((name) => [name, env[name] ?? null]),
      ),
      unicode: output.unicode,
    },
    locale: {
      engine: new Intl.NumberFormat().resolvedOptions().locale,
      ...Object.fromEntries(['LANG', 'LC_ALL', 'LC_CTYPE'].map((name) => [name, env[name] ?? null])),
    },
    data: {
      named: files.env('NEUROFORGE_DATA') ?? null,
      cache: files.cacheFolder(),
      found: Object.fromEntries((await listData(files)).map(({ name, where }) => [name, where])),
    },
    environment: {
      ours: Object.fromEntries(ours.filter((name) => env[name]).map((name) => [name, env[name]])),
      others: Object.keys(env)
        .filter((name) => env[name] && others.test(name) && !ours.includes(name))
        .sort(),
    },
  };
  return withoutHome(document, homedir());
}

/** koffi and the BLAS that `auto` takes, or what was tried. */
async function nativeFacts(): Promise<Record<string, unknown>> {
  try {
    const { blas, koffi, tried } = await loadBlas();
    const found = blas && { library: blas.library, file: blas.file, version: blas.version };
    return { koffi: koffi ?? null, blas: found, tried };
  } catch (error) {
    return { koffi: null, blas: null, tried: [String(error)] };
  }
}

/** `glibc 2.36`; `musl` on Linux without glibc; null elsewhere. */
function libcOf(report: NodeJS.ProcessReport | undefined): string | null {
  if (process.platform !== 'linux' || !report) return null;
  // Looking up the names of open connections' peers may take seconds. Node's types lack the switch.
  (report as unknown as { excludeNetwork: boolean }).excludeNetwork = true;
  const { header } = report.getReport() as unknown as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined ? 'musl' : `glibc ${header.glibcVersionRuntime}`;
}
