/** Frames within which the page is drawn anew. */
const patience = 30;

/** Where what was pressed goes away with the next drawing: gives the keyboard's focus to what `find` finds then. */
export function focusSoon(find: () => HTMLElement | null | undefined): void {
  const before = document.activeElement;
  let left = patience;
  const look = (): void => {
    const at = document.activeElement ?? document.body;
    if (at === document.body) {
      const next = find();
      next?.focus({ preventScroll: true });
      if (next && document.activeElement === next) return;
    } else if (at !== before) return;
    if (left-- > 0) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
