/** Layout and type of the page around the charts; colors come from the charts' theme. */
export const REPORT_CSS: string = `
*{box-sizing:border-box}
body{margin:0;background:var(--nf-bg);color:var(--nf-fg);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;-webkit-text-size-adjust:100%}
main{max-width:60rem;margin:0 auto;padding:3.5rem 1.5rem 4rem}
p,h1,h2,h3,ul,dl,dd,figure{margin:0;padding:0}
ul{list-style:none}
h1{font-size:1.75rem;line-height:1.2;font-weight:650;letter-spacing:-.015em;overflow-wrap:anywhere}
h2{font-size:1.125rem;line-height:1.3;font-weight:650;letter-spacing:-.005em}
h3{font-size:.9375rem;line-height:1.4;font-weight:600;margin-bottom:.75rem}
section{margin-top:3.25rem;padding-top:1.25rem;border-top:1px solid var(--nf-line)}
section>h2{margin-bottom:1.25rem}
.lede{color:var(--nf-muted);margin:-.9rem 0 1.25rem;max-width:42rem}
.meta{color:var(--nf-muted);font-size:.875rem;margin-top:.4rem;overflow-wrap:anywhere}
.status{font-weight:600;color:var(--nf-fg)}
.status.bad{color:var(--nf-miss)}
.notes,.stats,.pairs td,.scroll td{overflow-wrap:anywhere}
.notes{margin-top:1.25rem;padding-left:.9rem;border-left:3px solid var(--nf-miss)}
.notes li+li{margin-top:.25rem}
.headline{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:1.5rem 2.5rem;align-items:end;margin-top:2.25rem}
.figure-label{color:var(--nf-muted);font-size:.875rem}
.big{font-size:4rem;line-height:1.05;font-weight:600;letter-spacing:-.035em;font-variant-numeric:tabular-nums}
.under{margin-top:.35rem}
.stats{display:flex;flex-wrap:wrap;gap:1rem 2.5rem;margin-top:1.75rem}
.stats dd{font-size:1.375rem;line-height:1.25;font-weight:600;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
dt{color:var(--nf-muted);font-size:.875rem}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr));gap:1rem 1.5rem;margin-top:2.25rem;padding-top:1.25rem;border-top:1px solid var(--nf-line)}
.facts dd{overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.two{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:2rem 2.5rem;align-items:start}
.wide-narrow{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:2rem 3.5rem;align-items:start}
table{border-collapse:collapse;width:100%;font-size:.875rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .75rem .3rem 0;text-align:left;vertical-align:baseline;font-weight:400;border-bottom:1px solid var(--nf-line)}
thead th{color:var(--nf-muted)}
.num{text-align:right;white-space:nowrap}
th:last-child,td:last-child{padding-right:0}
.record th{color:var(--nf-muted);width:40%;overflow-wrap:anywhere}
.record td{overflow-wrap:anywhere}
.record+figure,figure+div>h3{margin-top:2rem}
.hash{font:.8125rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.scroll{overflow-x:auto}
details{margin-top:1.5rem}
summary{cursor:pointer;color:var(--nf-muted);font-size:.875rem;width:max-content}
summary:focus-visible{outline:2px solid var(--nf-1);outline-offset:3px}
details[open] summary{margin-bottom:.75rem}
.star{color:var(--nf-1);font-weight:700}
.pairs{max-width:20rem}
.nf-images{display:grid;grid-template-columns:repeat(auto-fill,minmax(6rem,1fr));gap:1.25rem 1rem}
.nf-caption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .5rem;margin-top:.35rem;font-size:.875rem;line-height:1.35;font-variant-numeric:tabular-nums}
.nf-arrow,.nf-sure,.nf-row,.nf-note{color:var(--nf-muted)}
.nf-row{flex-basis:100%;font-size:.8125rem}
.nf-pair{overflow-wrap:anywhere}
.nf-wrong{color:var(--nf-miss);font-weight:600}
.nf-note{font-size:.875rem;margin-top:.75rem}
.nf-units{display:grid;grid-template-columns:repeat(auto-fill,minmax(3.75rem,1fr));gap:.5rem}
.nf-units.nf-few{grid-template-columns:repeat(auto-fill,minmax(6.5rem,1fr));gap:.75rem}
.nf-units .nf-caption{margin-top:.2rem}
.nf-units .nf-fill{border-radius:3px}
.nf-weights>.nf-legend{margin-top:1.25rem}
footer{margin-top:3.5rem;padding-top:1.25rem;border-top:1px solid var(--nf-line);color:var(--nf-muted);font-size:.8125rem}
@media (max-width:720px){.headline,.two,.wide-narrow{grid-template-columns:minmax(0,1fr)}}
@media (max-width:480px){main{padding:2rem 1rem 3rem}h1{font-size:1.5rem}.big{font-size:3.25rem}section{margin-top:2.5rem}.facts{grid-template-columns:repeat(2,minmax(0,1fr))}.nf-images{grid-template-columns:repeat(auto-fill,minmax(4.75rem,1fr));gap:1rem .75rem}.nf-units{grid-template-columns:repeat(auto-fill,minmax(3.25rem,1fr))}}
@media print{@page{margin:16mm}body{font-size:11pt}main{max-width:none;padding:0}figure,.nf-chart,.nf-images li,.nf-weights,tr{break-inside:avoid}h2,h3,.lede{break-after:avoid}section{margin-top:2rem}details{display:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.trim();
