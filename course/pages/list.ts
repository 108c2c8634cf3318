import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pageOf } from './markdown.ts';
import type { Page } from './page.ts';

/** Where the documents lie, in the order in which a reader meets them. */
const folders = ['course', 'docs/notation.md', 'src/layers', 'src/losses', 'src/optim'];

/** The paths of all documents that are pages, from the project's root. */
export function pagePaths(root: string): string[] {
  return folders.flatMap((folder) =>
    folder.endsWith('.md')
      ? [folder]
      : readdirSync(join(root, folder))
          .filter((name) => name.endsWith('.md'))
          .sort()
          .map((name) => `${folder}/${name}`),
  );
}

/** A document as a page. */
export function readPage(root: string, path: string): Page {
  const paths = pagePaths(root);
  return pageOf(
    path,
    (other) => paths.includes(other),
    (file) => readFileSync(join(root, file), 'utf8'),
  );
}

/** What a page is called in an address: `course/02-mlp.md` -> `02-mlp`. */
export function pageId(path: string): string {
  return basename(path, '.md');
}
