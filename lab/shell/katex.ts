import katex from 'katex';
import 'katex/dist/katex.min.css';

/**
 * Renders into `into` by way of the DOM, so that styles are set by script, which a policy without inline styles
 * allows. `@name` in the formula becomes a term that carries data-t="name".
 */
export function renderTex(tex: string, into: HTMLElement, display: boolean): void {
  katex.render(withTerms(tex), into, {
    displayMode: display,
    output: 'htmlAndMathml',
    throwOnError: false,
    strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'warn'),
    trust: ({ command }: { command: string }) => command === '\\htmlData',
  });
}

function withTerms(tex: string): string {
  return tex.replace(/@([A-Za-z]+\d?)/g, (_, name: string) => `\\htmlData{t=${name}}{${name}}`);
}
