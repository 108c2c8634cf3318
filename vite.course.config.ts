import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { pageId, pagePaths, readPage } from './course/pages/list.ts';
import type { Inline, Page } from './course/pages/page.ts';

const root = fileURLToPath(new URL('.', import.meta.url));
const asked = 'virtual:course';

/**
 * Gives `virtual:course`, the list of the course's pages, to a build or a development server of the lab, and each page
 * as a module of its own, made from the document itself.
 */
export function courseDocuments(): Plugin {
  return {
    name: 'neuroforge:course-documents',
    resolveId: (id) => (id === asked ? `\0${asked}` : null),
    load(id) {
      return id === `\0${asked}` ? `export const pages = [\n${pagePaths(root).map(entry).join(',\n')}\n];` : null;
    },
    transform: {
      order: 'pre',
      handler(_code, id) {
        const path = id.startsWith(root) && id.endsWith('.md') ? id.slice(root.length) : null;
        if (path === null) return null;
        const page = readPage(root, path);
        for (const source of page.sources) this.addWatchFile(root + source.path);
        return { code: moduleOf(page), map: null };
      },
    },
  };
}

function entry(path: string): string {
  const { title } = readPage(root, path);
  const facts = JSON.stringify({ id: pageId(path), path, title: textOf(title) });
  return `{ ...${facts}, load: () => import(${JSON.stringify(root + path)}) }`;
}

/** The page as text of JSON, which an engine reads faster than an object's literal; figures as files of the build. */
function moduleOf(page: Page): string {
  const figures = page.blocks.flatMap((block) => (block.kind === 'figure' ? [block.file] : []));
  const imports = figures.map((file, i) => `import figure${i} from ${JSON.stringify(`${root}${file}?url`)};\n`);
  const urls = figures.map((file, i) => `${JSON.stringify(file)}: figure${i}`);
  return `${imports.join('')}export const page = JSON.parse(${JSON.stringify(JSON.stringify(page))});
export const figures = { ${urls.join(', ')} };\n`;
}

function textOf(content: readonly Inline[]): string {
  return content.map((piece) => (typeof piece === 'string' ? piece : 'text' in piece ? piece.text : '')).join('');
}
