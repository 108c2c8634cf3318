import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { startChromium } from './chromium.ts';
import { Visitor } from './lab-visitor.ts';
import { root } from './node-run.ts';
import { type Site, serve } from './serve.ts';

/** dist/lab on a site of the tests, and before each test somebody new in front of it. */
export interface VisitedLab {
  readonly site: Site;
  readonly browser: Browser;
  readonly visitor: Visitor;
  readonly page: Page;
}

/**
 * Registers what opens and closes it around the tests of the block that calls this. Nobody may leave with a complaint of
 * the console, or after a request to anywhere else. `pages` are further ones, by their paths.
 */
export function visitedLab(pages: Readonly<Record<string, string>> = {}): VisitedLab {
  const lab = {} as { -readonly [K in keyof VisitedLab]: VisitedLab[K] };
  beforeAll(async () => {
    lab.site = await serve({ folder: `${root}dist/lab`, pages });
    lab.browser = await startChromium();
  }, 60_000);
  afterAll(async () => {
    await lab.browser?.close();
    await lab.site?.close();
  });
  beforeEach(async () => {
    lab.visitor = await Visitor.arrive(lab.browser, `${lab.site.origin}/`);
    lab.page = lab.visitor.page;
  });
  afterEach(async () => {
    const { visitor } = lab;
    await visitor.leave();
    expect(visitor.complaints).toEqual([]);
    expect(visitor.elsewhere).toEqual([]);
  });
  return lab;
}
