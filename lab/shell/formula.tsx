import type { VNode } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

type Render = typeof import('./katex.ts').renderTex;
let loaded: Render | undefined;
let loading: Promise<Render> | undefined;

/** KaTeX comes with the first formula that is shown. */
function renderer(): Promise<Render> {
  loading ??= import('./katex.ts').then(({ renderTex }) => (loaded = renderTex));
  return loading;
}

/** Resolves when formulas are set at once, as they are first shown; a KaTeX that did not come shows them as they are. */
export async function formulasReady(): Promise<void> {
  await renderer().catch(() => {});
}

/** A formula; `@name` in it is a term that lights up. Its space is kept while KaTeX is on the way. */
export function Formula({ tex, display = false }: { tex: string; display?: boolean }): VNode {
  const element = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    let current = true;
    const show = (render: Render): void => {
      if (current && element.current) render(tex, element.current, display);
    };
    if (loaded) show(loaded);
    else void renderer().then(show, () => (element.current!.textContent = tex.replaceAll('@', '')));
    return () => {
      current = false;
    };
  }, [tex, display]);
  return <span ref={element} class={display ? 'formula display' : 'formula'} />;
}
