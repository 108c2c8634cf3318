import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * A term, its code and its cells light up together: whatever carries data-t inside `root`, by pointer, focus or tap.
 * The mark is set by hand, for formulas are not Preact's.
 */
export function useLighting(root: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    let lit: string | null = null;
    const light = (name: string | null): void => {
      if (name === lit) return;
      lit = name;
      for (const old of element.querySelectorAll('[data-lit]')) old.removeAttribute('data-lit');
      if (name === null) return;
      for (const term of element.querySelectorAll(`[data-t="${name}"]`)) term.setAttribute('data-lit', '');
    };
    const termAt = (target: EventTarget | null): string | null =>
      (target instanceof Element ? target.closest('[data-t]')?.getAttribute('data-t') : null) ?? null;
    const on = (event: Event): void => {
      const name = termAt(event.target);
      if (name !== null || event.type !== 'focusin') light(name);
    };
    const off = (): void => light(termAt(document.activeElement));
    element.addEventListener('pointerover', on);
    element.addEventListener('focusin', on);
    element.addEventListener('pointerleave', off);
    return () => {
      element.removeEventListener('pointerover', on);
      element.removeEventListener('focusin', on);
      element.removeEventListener('pointerleave', off);
    };
  }, [root]);
}
