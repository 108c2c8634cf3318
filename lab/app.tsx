import { effect } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { LinkPanel, VisitBanner } from './share/link-panel.tsx';
import { opened, readAddress } from './share/opened.ts';
import { ErrorBoundary } from './shell/error-boundary.tsx';
import { type PartName, part, parts, readRoute } from './shell/route.ts';
import { choose, type Theme, theme } from './shell/theme.ts';

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
};

/** The page: one heading, three parts, one of them shown. */
export function App(): VNode {
  useEffect(() => {
    const read = (): void => {
      const before = part.value;
      readRoute(location.hash);
      if (part.value !== before) scrollTo(0, 0);
      void readAddress(location.hash);
    };
    read();
    addEventListener('hashchange', read);
    const titles = effect(() => {
      document.title = `${told[part.value].title} · NeuroForge lab`;
    });
    return () => {
      removeEventListener('hashchange', read);
      titles();
    };
  }, []);
  const linked = opened.value.name !== 'none';
  return (
    <>
      <a class="skip" href="#content">
        To the content
      </a>
      <header class="top">
        <a class="wordmark" href="#derive" aria-label="NeuroForge lab, to the start">
          <Mark /> NeuroForge <span>lab</span>
        </a>
        <nav aria-label="Parts">
          {parts.map((name, i) => (
            <a key={name} href={`#${name}`} aria-current={!linked && part.value === name ? 'page' : undefined}>
              <span class="ordinal" aria-hidden="true">
                {i + 1}
              </span>
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
                <h1 id={`${name}-title`}>{told[name].title}</h1>
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
          nothing that you write leaves it.
        </p>
      </footer>
    </>
  );
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
