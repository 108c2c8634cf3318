// Somebody in front of the lab, whatever the browser: only what a person does, and what a person sees.
import { pause } from './tab.mjs';

/** Notes what runs tell the page from now on: a list a run, in the order in which their channels were opened. */
const eavesdrop = () => {
  globalThis.told = [];
  globalThis.Channel ??= MessageChannel;
  globalThis.MessageChannel = class extends globalThis.Channel {
    constructor() {
      super();
      const events = [];
      globalThis.told.push(events);
      this.port1.addEventListener('message', ({ data }) => {
        if (data?.type === 'events') events.push(...data.events);
      });
    }
  };
};

/** In the page: where the last element in sight is that `css` finds and whose text is `text`, scrolled into view. */
const place = (css, text) => {
  const inSight = [...document.querySelectorAll(css)].filter((e) => e.getClientRects().length > 0 && !e.disabled);
  const element = inSight.findLast((e) => text === null || e.textContent.trim() === text || e.value === text);
  if (!element) return null;
  element.scrollIntoView({ block: 'center', behavior: 'instant' });
  const { left, top, width, height } = element.getBoundingClientRect();
  return { left, top, width, height };
};

/** Seconds. */
const patience = 30;

export class Visitor {
  constructor(tab, url) {
    this.tab = tab;
    this.url = url;
  }

  /** The page anew, at a part of it. */
  async arrive(hash = 'derive') {
    await this.tab.goto('about:blank');
    await this.tab.goto(`${this.url}#${hash}`);
    await this.until('the page has drawn itself', () => document.querySelector('.part h1, .link-panel h1') !== null);
  }

  /** Another part of the page as it is. */
  go(hash) {
    return this.tab.run((to) => {
      location.hash = to;
    }, hash);
  }

  run(body, ...args) {
    return this.tab.run(body, ...args);
  }

  /** Asks the page again and again until it answers with something true, and gives that. */
  async until(what, ask, ...args) {
    for (const end = Date.now() + patience * 1000; ; await pause(50)) {
      const said = await this.tab.run(ask, ...args);
      if (said) return said;
      if (Date.now() > end) throw new Error(`after ${patience} s it is still not so that ${what}`);
    }
  }

  /** Until the last element in sight of `css` is there, with `text` somewhere in it. */
  see(css, text = '') {
    return this.until(
      `"${css}" shows "${text}"`,
      (css, text) => {
        const inSight = [...document.querySelectorAll(css)].filter((e) => e.getClientRects().length > 0);
        return inSight.findLast((e) => e.textContent.includes(text))?.textContent ?? '';
      },
      css,
      text,
    );
  }

  /** Where an element is, when it rests there. */
  async box(css, text = null) {
    for (let last = ''; ; await pause(30)) {
      const box = await this.until(`"${css}" (${text}) is there`, place, css, text);
      if (JSON.stringify(box) === last) return box;
      last = JSON.stringify(box);
    }
  }

  async click(css, text = null) {
    const { left, top, width, height } = await this.box(css, text);
    await this.tab.stroke([[left + width / 2, top + height / 2]]);
  }

  press(name) {
    return this.click('button', name);
  }

  /** Types a value into the field with that label. */
  async fill(label, value) {
    const found = await this.run((label) => {
      const field = [...document.querySelectorAll('label')].find((l) => l.textContent.includes(label));
      const input = field?.control ?? document.querySelector(`[aria-label="${label}"]`);
      input?.focus();
      return Boolean(input);
    }, label);
    if (!found) throw new Error(`there is no field "${label}"`);
    await this.tab.press('Control+a');
    await this.tab.type(String(value));
  }

  /** Types into the editor of a piece, key by key, and waits for the verdict: `correct` or `wrong`. */
  async write(id, text, verdict = 'correct') {
    await this.go(`forge/${id}`);
    await this.until(
      `there is an editor for ${id}`,
      (id) => {
        const editor = document.querySelector('.editor-host:not([hidden])')?.shadowRoot?.querySelector('.cm-content');
        if (!editor || !document.querySelector(`.piece[href="#forge/${id}"][aria-current]`)) return false;
        editor.focus();
        return true;
      },
      id,
    );
    await this.tab.press('Control+a');
    await this.tab.press('Backspace');
    await this.tab.type(text);
    await this.see(`.piece.${verdict}[href="#forge/${id}"]`);
  }

  /** The right answer into each editor that has none. */
  async writeAnswers(exercises) {
    await this.go('forge/relu');
    await this.see('.piece[href="#forge/relu"]');
    for (const { id, answer } of exercises) {
      const right = await this.run((id) => document.querySelector(`.piece.correct[href="#forge/${id}"]`) !== null, id);
      if (!right) await this.write(id, answer);
    }
  }

  /** Trains to the end with what stands in the form: what both networks told, and the page. */
  async train() {
    await this.run(eavesdrop);
    await this.click('.controls .primary');
    await this.see('.controls .primary', 'Train again');
    const card = await this.run(() => document.querySelector('.train .error-card')?.textContent ?? null);
    if (card) throw new Error(`the page says: ${card}`);
    // Only what is asked for: a driver may take minutes over the weights that the last event holds.
    const [learner, library] = await this.run(() =>
      globalThis.told
        .filter((events) => events.length > 0)
        .map((events) => ({
          losses: events.filter(({ type }) => type === 'step').map(({ loss }) => loss),
          epochs: events
            .filter(({ type }) => type === 'epoch')
            .map(({ epoch, step, val }) => ({ epoch, step, loss: val.loss, accuracy: val.accuracy })),
        })),
    );
    return {
      learner,
      library,
      weights: await this.run(() => document.querySelector('.weights-hash code')?.textContent),
    };
  }
}
