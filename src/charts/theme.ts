/** Colors by role; hues after Okabe & Ito's palette for any color vision, darkened or lightened to read as text. */
const LIGHT =
  '--nf-bg:#fff;--nf-panel:#f6f7f8;--nf-fg:#17191c;--nf-muted:#5c636b;--nf-line:#e1e4e8;--nf-strong:#9aa2ab;' +
  '--nf-1:#0b62a4;--nf-2:#b8480a;--nf-3:#00704f;--nf-4:#83429a;--nf-5:#7d6200;--nf-6:#31778f;' +
  '--nf-hit:#0b62a4;--nf-miss:#c9530f;--nf-invert:0';
const DARK =
  '--nf-bg:#121417;--nf-panel:#1b1e22;--nf-fg:#e8eaed;--nf-muted:#9ba3ad;--nf-line:#2b2f35;--nf-strong:#69717b;' +
  '--nf-1:#6db5f2;--nf-2:#ff9a5a;--nf-3:#4cc9a0;--nf-4:#d29ae8;--nf-5:#dcbb45;--nf-6:#86cbe0;' +
  '--nf-hit:#4a9be0;--nf-miss:#ee7b33;--nf-invert:1';

/** Styles that the charts need wherever they are shown; `data-theme` on the root element overrules the system's. */
export const CHART_CSS: string = `
:root{color-scheme:light;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){color-scheme:dark;${DARK}}}
:root[data-theme=dark]{color-scheme:dark;${DARK}}
.nf-chart{display:block;width:100%;height:auto;overflow:visible;font:12px/1.2 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums}
.nf-chart text{fill:var(--nf-fg)}
.nf-chart .nf-quiet{fill:var(--nf-muted)}
.nf-chart .nf-strong{font-weight:600}
.nf-grid{stroke:var(--nf-line);stroke-width:1;shape-rendering:crispEdges}
.nf-axis{stroke:var(--nf-strong);stroke-width:1;shape-rendering:crispEdges}
.nf-rule{stroke:var(--nf-strong);stroke-width:1;stroke-dasharray:2 3;fill:none}
.nf-curve{fill:none;stroke:var(--nf-tone);stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.nf-curve.nf-thin{stroke-width:1.5}
.nf-curve.nf-dashed{stroke-dasharray:5 4}
.nf-band{fill:var(--nf-tone);opacity:.16}
.nf-dot{fill:var(--nf-tone)}
.nf-ring{fill:var(--nf-bg);stroke:var(--nf-tone);stroke-width:2}
.nf-hot{fill:transparent}
.nf-chart .nf-toned{fill:var(--nf-tone)}
.nf-halo{paint-order:stroke;stroke:var(--nf-bg);stroke-width:4px;stroke-linejoin:round}
.nf-hit{fill:var(--nf-hit)}
.nf-miss{fill:var(--nf-miss)}
.nf-track{fill:var(--nf-line)}
.nf-tile{fill:var(--nf-panel)}
.nf-pixels{image-rendering:pixelated}
.nf-ink{filter:invert(var(--nf-invert))}
.nf-chart.nf-fill{max-width:none!important}
.nf-paper{background:var(--nf-panel);padding:6%;border-radius:4px}
.nf-chart .nf-black{fill:#121417}
.nf-chart .nf-on{fill:var(--nf-bg)}
@media (max-width:480px){.nf-chart{font-size:14px}}
`.trim();

/** A color of the palette, or the quiet one for what is context. */
export type Tone = 1 | 2 | 3 | 4 | 5 | 6 | 'muted';

/** Style that sets the color of a series for the classes above. */
export function toneStyle(tone: Tone): { '--nf-tone': string } {
  return { '--nf-tone': `var(--nf-${tone})` };
}

export function toneAt(index: number): Tone {
  return ((index % 6) + 1) as Tone;
}
