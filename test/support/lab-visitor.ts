import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type ExerciseId, exercises } from '../../src/verify/exercises.ts';
import type { Json } from '../cli.ts';

/** Notes, in the page, every event that a run tells it: a list a port, in the order in which the ports were opened. */
const eavesdrop = `
  globalThis.told = [];
  const { set } = Object.getOwnPropertyDescriptor(MessagePort.prototype, 'onmessage');
  Object.defineProperty(MessagePort.prototype, 'onmessage', {
    set(listener) {
      const events = [];
      globalThis.told.push(events);
      set.call(this, (message) => {
        if (message.data?.type === 'events') events.push(...message.data.events);
        listener(message);
      });
    },
  });`;

/** What was wrong with an inline style of Chromium's own editing, which the policy blocks and nobody needs. */
const editing = /Applying inline style violates/;

export interface Run {
  /** Of each step that was told. */
  readonly losses: readonly number[];
  readonly epochs: readonly Json[];
}

/** Somebody with a browser of their own in front of the lab at \`url\`, who only does what a person can. */
export class Visitor {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly url: string;
  /** Errors and warnings of the console, uncaught exceptions. */
  readonly complaints: string[] = [];
  /** Requests to anywhere else. */
  readonly elsewhere: string[] = [];

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context;
    this.page = page;
    this.url = url;
    page.setDefaultTimeout(60_000);
    page.on('console', (message) => {
      const bad = ['error', 'warning'].includes(message.type()) && !editing.test(message.text());
      if (bad) this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(`uncaught: ${error.stack ?? error.message}`));
    context.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      const own = ['data:', 'blob:', 'about:'].includes(protocol) || origin === new URL(url).origin;
      if (!own) this.elsewhere.push(request.url());
    });
  }

  static async arrive(browser: Browser, url: string): Promise<Visitor> {
    const context = await browser.newContext();
    await context.addInitScript(eavesdrop);
    return new Visitor(context, await context.newPage(), url);
  }

  async go(hash: string): Promise<void> {
    await this.page.goto(`${this.url}#${hash}`);
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).last().click();
  }

  /** Types into the editor of a piece and waits for the verdict. */
  async write(id: ExerciseId, text: string, verdict: 'correct' | 'wrong' = 'correct'): Promise<void> {
    await this.go(`forge/${id}`);
    await this.page.locator('.cm-content').last().focus();
    await this.page.keyboard.press('Control+a');
    await this.page.keyboard.insertText(text);
    await this.page.locator(`.piece.${verdict}[href="#forge/${id}"]`).waitFor();
  }

  async writeAnswers(): Promise<void> {
    for (const { id, answer } of exercises) await this.write(id, answer);
  }

  /** Trains to the end with the settings that stand in the form, and answers what both networks told. */
  async train({ equal = true } = {}): Promise<{ learner: Run; library: Run; weights: string; accuracy: string }> {
    await this.page.evaluate('globalThis.told = []');
    await this.press('Start training');
    await this.page.getByRole('button', { name: 'Train again' }).or(this.page.locator('.train .error-card')).waitFor();
    const failed = await this.page.locator('.train .error-card').allTextContents();
    if (failed.length > 0) throw new Error(`the page says: ${failed.join('; ')}`);
    const weights = equal ? ((await this.page.locator('.weights-hash code').textContent()) ?? '') : '';
    const accuracy = (await this.page.locator('[data-accuracy=learner]').textContent()) ?? '';
    const told = (await this.page.evaluate('globalThis.told')) as Json[][];
    const [learner, library] = told.filter((events) => events.length > 0).map(runOf);
    return { learner, library, weights, accuracy };
  }

  /** The link that the page copies. */
  async link(): Promise<string> {
    await this.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(this.url).origin });
    await this.press('Copy link');
    await this.page.getByText('Copied: the link carries').last().waitFor();
    return (await this.page.evaluate('navigator.clipboard.readText()')) as string;
  }

  leave(): Promise<void> {
    return this.context.close();
  }
}

function runOf(events: readonly Json[]): Run {
  return {
    losses: events.filter(({ type }) => type === 'step').map(({ loss }) => loss),
    epochs: events
      .filter(({ type }) => type === 'epoch')
      .map(({ epoch, step, trainLoss, val }) => ({ epoch, step, trainLoss, ...val })),
  };
}
