import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * What belongs together lights up together: whatever carries `attribute` with one of the same words inside `root`, by
 * pointer, focus or tap. The mark is set by hand, for formulas are not Preact's.
 * `onLit` hears what lit up, and by what; it never changes.
 */
export function useLighting(
  root: RefObject<HTMLElement | null>,
  attribute: `data-${string}`,
  onLit?: (words: string, by: Element) => void,
): void {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    let lit: string | null = null;
    const light = (words: string | null): void => {
      if (words === lit) return;
      lit = words;
      for (const old of element.querySelectorAll('[data-lit]')) old.removeAttribute('data-lit');
      for (const word of words?.split(' ') ?? []) {
        for (const term of element.querySelectorAll(`[${attribute}~="${word}"]`)) term.setAttribute('data-lit', '');
      }
    };
    const wordsAt = (target: EventTarget | null): string | null =>
      (target instanceof Element ? target.closest(`[${attribute}]`)?.getAttribute(attribute) : null) ?? null;
    const on = (event: Event): void => {
      const words = wordsAt(event.target);
      const news = words !== lit;
      if (words !== null || event.type !== 'focusin') light(words);
      if (words !== null && news) onLit?.(words, event.target as Element);
    };
    const off = (): void => light(wordsAt(document.activeElement));
    element.addEventListener('pointerover', on);
    element.addEventListener('focusin', on);
    element.addEventListener('pointerleave', off);
    return () => {
      element.removeEventListener('pointerover', on);
      element.removeEventListener('focusin', on);
      element.removeEventListener('pointerleave', off);
    };
  }, [root, attribute]);
}
