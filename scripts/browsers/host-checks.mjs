// dist/lab on a plain static host below a path, without a header of ours; its name is none of the machine itself, so that
// the lab keeps itself there for later. The host is shut down in the middle.
import { expect } from '../user-checks.mjs';
import { pause, same } from './tab.mjs';

/** A page that the check fills with a frame. */
export const framing = '<!doctype html><title>frame</title><link rel="icon" href="data:,"><body style="margin: 0">';

/** A teacher's page that holds one part. */
export const embedding =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>A lesson</title><link rel="icon" href="data:,">' +
  '<link rel="stylesheet" href="./elements.css"><script type="module" src="./elements.js"></script>' +
  '<main><h1>A lesson</h1><nf-derive></nf-derive></main>';

const parts = ['derive', 'forge/linear-dW', 'train'];

/** The colors of the page, whichever element has them. */
const paper = (visitor) => visitor.run(() => getComputedStyle(document.body).backgroundColor);

/** In a browser whose system is dark. */
export const darkChecks = {
  async 'a dark system is followed'(visitor, { shots }) {
    const dark = await paper(visitor);
    for (const hash of parts) {
      await visitor.go(hash);
      await pause(500);
      await shots(visitor, `${hash.split('/')[0]}-system-dark`);
    }
    for (let i = 0; i < 2; i++) await visitor.click('.theme');
    expect((await paper(visitor)) === dark, `${dark} is not the dark of the page`);
    return dark;
  },
};

export const hostChecks = {
  /** In frames: a window of a desktop cannot be as narrow as a phone everywhere. */
  async 'nothing beyond 360 pixels'(visitor, { shots }) {
    await visitor.write('linear-dW', 'function dW(X, dY) {\nreturn dY.T.matmul(X);\n}', 'wrong');
    await pause(600);
    await visitor.tab.goto(`${visitor.url}frame.html`);
    for (const width of [768, 360]) {
      for (const hash of parts) {
        await visitor.run(
          (hash, width) =>
            new Promise((loaded) => {
              document.body.innerHTML = `<iframe width="${width}" height="850" style="border: 0">`;
              document.body.firstChild.onload = loaded;
              document.body.firstChild.src = `./?${width}#${hash}`;
            }).then(() => {}),
          hash,
          width,
        );
        await pause(hash.startsWith('forge') ? 2500 : 1000);
        await shots(visitor, `${hash.split('/')[0]}-${width}`);
        const [over, inner, drawn] = await visitor.run(() => {
          const { document, innerWidth } = globalThis.frames[0];
          const drawn = document.querySelector('.part:not([hidden]) h1')?.textContent ?? '';
          const { scrollWidth, clientWidth } = document.documentElement;
          return [scrollWidth - clientWidth, innerWidth, drawn];
        });
        expect(inner === width && hash.startsWith(drawn.toLowerCase()) && drawn, `${drawn}, ${inner} pixels wide`);
        expect(over <= 0, `${hash}: ${over} pixels too wide at ${width}`);
      }
    }
    await visitor.arrive();
  },

  async 'light and dark'(visitor, { shots }) {
    const papers = [];
    for (const name of ['Auto', 'Light', 'Dark']) {
      await visitor.see('.theme', name);
      papers.push(await paper(visitor));
      for (const hash of parts) {
        await visitor.go(hash);
        await pause(300);
        if (name !== 'Auto') await shots(visitor, `${hash.split('/')[0]}-${name.toLowerCase()}`);
      }
      await visitor.click('.theme');
    }
    const [auto, light, dark] = papers;
    expect(light !== dark && auto === light, JSON.stringify(papers));
    return `${light}, ${dark}`;
  },

  async 'a part in somebody else’s page'(visitor) {
    await visitor.tab.goto(`${visitor.url}theirs.html`);
    await visitor.see('nf-derive .katex');
    await visitor.press('Next →');
    await visitor.see('#derive-step', 'First ReLU');
    const display = await visitor.run(() => getComputedStyle(document.querySelector('.derive')).display);
    expect(display === 'grid', `the part is laid out as ${display}`);
    const kept = await visitor.run(async () => (await navigator.serviceWorker.getRegistrations()).length);
    expect(kept <= 1, 'a service worker for every page');
  },

  async 'offline after the first visit'(visitor, { host, exercises }) {
    await visitor.arrive();
    await visitor.run(async () => void (await navigator.serviceWorker.ready));
    await visitor.until('the service worker is in charge', () => navigator.serviceWorker.controller !== null);
    const [cache] = await visitor.run(() => caches.keys());
    await host.close();
    await visitor.tab.goto('about:blank');
    await visitor.tab.goto(`${visitor.url}?from=somewhere#derive`);
    await visitor.see('.chain .katex');
    await visitor.tab.goto(`${visitor.url}index.html#derive`);
    await visitor.see('.chain .katex');
    // Editor, sandbox and workers were never asked for while there was a host.
    await visitor.writeAnswers(exercises);
    await visitor.go('train');
    await visitor.fill('epochs', 2);
    const { learner, library } = await visitor.train();
    same(learner, library, 'losses');
    expect(learner.losses.length > 5, 'nothing was trained');
    return cache;
  },
};
