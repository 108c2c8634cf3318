import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/**
 * What scrolls inside `root` can be reached by the keyboard, and what fits is no stop on its way: elements that match
 * `selector` are focusable exactly while they are wider than their place.
 */
export function useScrollable(root: RefObject<HTMLElement | null>, selector: string): void {
  useEffect(() => {
    const element = root.current;
    if (!element) return;
    const check = (box: Element): void => {
      if (box.scrollWidth > box.clientWidth) box.setAttribute('tabindex', '0');
      else box.removeAttribute('tabindex');
    };
    const sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) check(target);
    });
    for (const box of element.querySelectorAll(selector)) sizes.observe(box);
    return () => sizes.disconnect();
  }, [root, selector]);
}
