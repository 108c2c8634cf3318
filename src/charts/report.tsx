import { renderToString } from 'preact-render-to-string';
import { AutopsySection } from './report-autopsy.tsx';
import { Curves } from './report-curves.tsx';
import type { ReportData } from './report-data.ts';
import { Facts, Header, Headline } from './report-headline.tsx';
import { NetworkSection } from './report-network.tsx';
import { Confusions, FirstLayer, Mistakes, Records } from './report-sections.tsx';
import { REPORT_CSS } from './report-styles.ts';
import { safeText } from './text.ts';
import { CHART_CSS } from './theme.ts';

/** Belt and braces: even if markup slipped through, the page may load and run nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * report.html: one self-contained page (inline SVG and CSS, images as data, no script) that opens from a file.
 * Sections without data are left out; all text from data is escaped.
 */
export function renderReport(data: ReportData): string {
  const page = renderToString(
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={POLICY} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="NeuroForge" />
        <title>{`${safeText(data.title, 120)} – NeuroForge`}</title>
        {/* The only raw text of the page: our own constant. */}
        <style dangerouslySetInnerHTML={{ __html: `${CHART_CSS}\n${REPORT_CSS}` }} />
      </head>
      <body>
        <main>
          <Header data={data} />
          <Headline data={data} />
          {data.summary === undefined ? null : <Facts summary={data.summary} />}
          <AutopsySection data={data} />
          <Curves data={data} />
          <Confusions data={data} />
          <FirstLayer data={data} />
          <Mistakes data={data} />
          <NetworkSection data={data} />
          <Records data={data} />
          <footer>NeuroForge run report. This page is one file: it loads nothing and runs nothing.</footer>
        </main>
      </body>
    </html>,
  );
  return `<!doctype html>\n${page}\n`;
}
