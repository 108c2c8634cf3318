import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ErrorCard } from '../shell/error-card.tsx';
import type { CourseProps } from './props.ts';

type Reader = typeof import('./reader.tsx').Reader;
let loaded: Reader | undefined;

/** The course: it comes, with its formulas, when it is first seen. */
export function Course(props: CourseProps): VNode {
  const host = useRef<HTMLDivElement>(null);
  const [, come] = useState(loaded !== undefined);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    if (loaded || !host.current) return;
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      seen.disconnect();
      import('./reader.tsx').then(({ Reader }) => {
        loaded = Reader;
        come(true);
      }, setError);
    });
    seen.observe(host.current);
    return () => seen.disconnect();
  }, []);
  const Reader = loaded;
  if (error !== null) return <ErrorCard error={error} title="The course did not come" />;
  return Reader ? (
    <Reader {...props} />
  ) : (
    <div ref={host} class="quiet">
      The course is on its way …
    </div>
  );
}
