import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { LinkPanel, VisitBanner } from './share/link-panel.tsx';
import { type Opened, opened, readAddress } from './share/opened.ts';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { addressOf, arrival, backTo, type PartName, part, parts } from './shell/route.ts';
import { choose, type Theme, theme } from './shell/theme.ts';
import { keepWork } from './work/keep.ts';
import { resumeVisit } from './work/visit.ts';

const told: Readonly<Record<PartName, { readonly title: string; readonly lead: string }>> = {
  derive: {
    title: 'Derive',
    lead: 'Three layers, three examples, every number in sight. Walk from the loss back to the first bias, and change whatever you like.',
  },
  forge: {
    title: 'Forge',
    lead: 'Write the six pieces of the backward pass yourself. Each is checked while you type: its shape, its values, and its numerical gradient.',
  },
  train: {
    title: 'Train',
    lead: 'Your functions train a network, with ours beside it from the same seed. If they are equal, so is every loss.',
  },
  course: {
    title: 'Course',
    lead: 'Why it is so: the chapters that derive every step, and the derivation beside each layer of the library.',
  },
};

/** How far each part was read when it was left. */
const left = new Map<PartName, number>();

/** The page: one heading, three parts and the course that they go with; one of them is shown. */
export function App(): VNode {
  useEffect(() => {
    let shown = part.peek();
    const read = (): void => {
      if (part.peek() !== shown) {
        shown = part.peek();
        const to = arrival.peek().back ? (left.get(shown) ?? 0) : 0;
        scrollTo(0, 0);
        if (to > 0) requestAnimationFrame(() => scrollTo(0, to)); // once the part stands in its whole length
      }
      void readAddress(location.hash);
    };
    const onScroll = (): void => void left.set(shown, scrollY);
    read();
    void keepWork(); // before a visit begins
    void resumeVisit();
    addEventListener('scroll', onScroll, { passive: true });
    addEventListener('hashchange', read);
    const titles = effect(() => {
      document.title = `${titleOf(opened.value) ?? told[part.value].title} · NeuroForge lab`;
    });
    return () => {
      removeEventListener('scroll', onScroll);
      removeEventListener('hashchange', read);
      titles();
    };
  }, []);
  const linked = opened.value.name !== 'none';
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: a link to a place in the page, whose address after # is taken */}
      <a class="skip" href="#content" onClick={skip}>
        To the content
      </a>
      <header class="top">
        <a class="wordmark" href="#derive" aria-label="NeuroForge lab, to the start">
          <Mark /> NeuroForge <span>lab</span>
        </a>
        <nav aria-label="Parts">
          {parts.map((name, i) => (
            <a
              key={name}
              href={addressOf(name)}
              aria-current={!linked && part.value === name ? 'page' : undefined}
              onClick={(event) => follow(event, name)}
            >
              {name === 'course' ? null : (
                <span class="ordinal" aria-hidden="true">
                  {i + 1}
                </span>
              )}
              {told[name].title}
            </a>
          ))}
        </nav>
        <ThemeChoice />
      </header>
      <main id="content" tabIndex={-1}>
        <ErrorBoundary>
          <LinkPanel />
          <VisitBanner />
          {parts.map((name) => (
            <section key={name} hidden={linked || part.value !== name} aria-labelledby={`${name}-title`} class="part">
              <header class="lead">
                <h1 id={`${name}-title`} tabIndex={-1}>
                  {told[name].title}
                </h1>
                <p>{told[name].lead}</p>
              </header>
              <Part name={name} />
            </section>
          ))}
        </ErrorBoundary>
      </main>
      <footer class="bottom">
        <p>
          Every backward pass here is written by hand and checked by numerical gradients. Everything runs in this page;
          nothing that you write leaves it. <a href="./NOTICES.txt">Licenses</a>
        </p>
      </footer>
    </>
  );
}

/** To the content, at the address where the visitor is. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('content')?.focus();
}

/** Of a link that is held; null where a part is shown. */
function titleOf(state: Opened): string | null {
  if (state.name === 'held') return state.state.hunt ? 'A bug hunt' : 'Somebody’s network';
  return state.name === 'unreadable' ? 'This link cannot be read' : null;
}

/** A plain press leads to the part as it was left; with a modifier the link is the browser's. */
function follow(event: MouseEvent, name: PartName): void {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  backTo(name);
}

function Part({ name }: { name: PartName }): VNode {
  const Element = `nf-${name}` as 'div';
  return <Element />;
}

function Mark(): VNode {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" />
      <path d="M9 23V9l14 14V9" />
    </svg>
  );
}

const next: Readonly<Record<Theme, Theme>> = { system: 'light', light: 'dark', dark: 'system' };
const names: Readonly<Record<Theme, string>> = { system: 'Auto', light: 'Light', dark: 'Dark' };

function ThemeChoice(): VNode {
  const now = theme.value;
  return (
    <button type="button" class="theme" onClick={() => choose(next[now])}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r="7" class="ring" />
        {now === 'system' ? <path d="M10 3a7 7 0 0 1 0 14z" /> : null}
        {now === 'dark' ? <circle cx="10" cy="10" r="7" /> : null}
      </svg>
      <span>
        <span class="visually-hidden">Colors: </span>
        {names[now]}
      </span>
    </button>
  );
}
