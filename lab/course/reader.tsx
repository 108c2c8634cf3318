import { computed } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { ErrorCard } from '../shell/error-card.tsx';
import { useLighting } from '../shell/lighting.ts';
import { arrival, part, places } from '../shell/route.ts';
import { placeOf } from './address.ts';
import { PageList, Sections } from './contents.tsx';
import { Document } from './document.tsx';
import { type Loaded, loadPage } from './load.ts';
import type { CourseProps } from './props.ts';
import { sectionOf } from './sections.ts';

/** The page that the address names, its contents beside it. */
export function Reader({ page: first, section }: CourseProps): VNode {
  const root = useRef<HTMLDivElement>(null);
  const place = useMemo(
    () =>
      computed(() =>
        placeOf(section === undefined && places.course.value !== '' ? places.course.value : (first ?? '')),
      ),
    [first, section],
  );
  const { id, anchor } = place.value;
  const [shown, setShown] = useState<{ id: string; loaded?: Loaded; error?: unknown }>({ id: '' });
  useLighting(root, 'data-eq', showLine);
  useEffect(() => {
    let current = true;
    loadPage(id).then(
      (loaded) => current && setShown({ id, loaded }),
      (error) => current && setShown({ id, error }),
    );
    return () => {
      current = false;
    };
  }, [id]);
  const arrived = arrival.value;
  const before = useRef('');
  useLayoutEffect(() => {
    if (shown.id !== id || !shown.loaded || section !== undefined || arrived.back) return;
    const turned = before.current !== '' && before.current !== id; // another page begins at its start
    before.current = id;
    if (part.peek() !== 'course') return; // it was another part that somebody went to
    if (anchor !== '' || turned) bringIntoSight(root.current, anchor || 'start');
  }, [shown, id, anchor, arrived, section]);

  const { loaded } = shown;
  const only = loaded && section !== undefined ? sectionOf(loaded.page, section) : null;
  const error = only?.length === 0 ? new Error(`${id} has no section ${JSON.stringify(section)}.`) : shown.error;
  return (
    <div class={section === undefined ? 'course' : 'course section-only'} ref={root}>
      {section === undefined ? (
        <aside class="course-side">
          <PageList current={id} />
          {loaded && shown.id === id ? <Sections page={loaded.page} /> : null}
        </aside>
      ) : null}
      {error !== undefined ? (
        <ErrorCard error={error} title="This page of the course is not to be had" />
      ) : loaded ? (
        <Document key={shown.id} {...loaded} only={only} />
      ) : (
        <p class="quiet">The page is on its way …</p>
      )}
    </div>
  );
}

/** Brings the line that computes an equation into the sight of the pane that the sources scroll in. */
function showLine(words: string, by: Element): void {
  const pane = by.closest('.document')?.querySelector('.sources');
  const line = pane?.querySelector(`[data-eq~="${words.split(' ')[0]}"]`);
  if (!pane || !line || pane.contains(by) || pane.scrollHeight <= pane.clientHeight) return;
  const [inner, outer] = [line.getBoundingClientRect(), pane.getBoundingClientRect()];
  if (inner.top >= outer.top && inner.bottom <= outer.bottom) return;
  pane.scrollTop += inner.top - outer.top - outer.height / 2;
}

/** Scrolls to a place and moves the keyboard's focus there. */
function bringIntoSight(root: HTMLElement | null, anchor: string): void {
  requestAnimationFrame(() => {
    const target = root?.querySelector<HTMLElement>(`[id="course-${CSS.escape(anchor)}"]`);
    if (!target) return;
    for (let up = target.parentElement; up; up = up.parentElement) if (up instanceof HTMLDetailsElement) up.open = true;
    target.scrollIntoView({ block: target.classList.contains('displayed') ? 'center' : 'start' });
    target.focus({ preventScroll: true });
  });
}
