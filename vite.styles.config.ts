import type { CSSOptions } from 'vite';

/** What a rule must name to concern the lab's own page, or an element of the lab in somebody else's. */
const named = /#nf-lab|\.nf-p(age|art)/;

/**
 * Keeps every style sheet of the lab, KaTeX's and uPlot's too, inside the lab: a rule that does not say itself where it
 * holds gets `:where(#nf-lab, .nf-part)` before it, which does not change its weight.
 */
export const stylesInside: CSSOptions['postcss'] = {
  plugins: [
    {
      postcssPlugin: 'neuroforge:styles-inside',
      Once(sheet) {
        sheet.walkRules((rule) => {
          if (rule.parent?.type === 'atrule' && /keyframes$/.test((rule.parent as { name?: string }).name ?? ''))
            return;
          rule.selectors = rule.selectors.map((selector) =>
            named.test(selector) ? selector : `:where(#nf-lab, .nf-part) ${selector}`,
          );
        });
      },
    },
  ],
};
