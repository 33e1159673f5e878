import { type Html, html, trusted } from "./html.ts";

const LIGHT = `
--page:#f5f7fa; --card:#ffffff; --text:#16202c; --muted:#566273; --line:#d8dee7; --link:#0b57b0; --focus:#0b57b0;
--passed:#0f6b46; --passed-soft:#e2f3ea; --failed:#b3201a; --failed-soft:#fdeae8; --skipped:#5a6472; --skipped-soft:#eceff3;
--fine:#2f6fb5; --fine-area:#b9d4f1; --slow:#8a5800; --slow-area:#f6d58b; --failed-area:#f3b3ac;
--server:#3c6d86; --server-area:#c5dde8; --holder:#3d6fa8; --mark:#2b3645; --sign:#ffffff;`;

const DARK = `
--page:#0f141a; --card:#171e27; --text:#e7edf4; --muted:#a3b1c2; --line:#2c3744; --link:#8cc0ff; --focus:#8cc0ff;
--passed:#5fd09a; --passed-soft:#11301f; --failed:#ff8f85; --failed-soft:#3b1715; --skipped:#aab5c3; --skipped-soft:#232c37;
--fine:#79b4f2; --fine-area:#27496c; --slow:#f2c14e; --slow-area:#5c4510; --failed-area:#6e2722;
--server:#8fc3da; --server-area:#264452; --holder:#6fa3dc; --mark:#cdd8e4; --sign:#0f141a;`;

const BASE = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:3.5rem}
body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",Arial,sans-serif;overflow-wrap:anywhere}
h1,h2,h3,p,dl,dd,ul,ol,figure{margin:0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999rem;background:var(--card);padding:.6rem 1rem;z-index:3}
.skip:focus{left:1rem;top:.6rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.patterns{position:absolute;width:0;height:0}
.banner,nav,main,footer{max-width:66rem;margin-inline:auto;padding-inline:1.25rem}
.banner{padding-top:2.25rem;padding-bottom:1.25rem}
.banner .about,.banner .when{color:var(--muted)}
.banner h1{display:flex;align-items:center;gap:.6rem;font-size:2.6rem;line-height:1.2;letter-spacing:-.02em}
.banner h1 .sign{width:2.2rem;height:2.2rem}
.banner.passed h1{color:var(--passed)}
.banner.failed h1{color:var(--failed)}
.banner .verdict{font-size:1.2rem;font-weight:600}
nav{position:sticky;top:0;z-index:2;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;background:var(--page);padding-block:.6rem;border-bottom:1px solid var(--line)}
nav a{text-decoration:none;font-weight:600}
nav a:hover{text-decoration:underline}
main{outline:none}
h2{font-size:1.5rem;letter-spacing:-.01em;margin:2.75rem 0 .9rem}
h3{font-size:1.15rem;line-height:1.35;display:flex;flex-wrap:wrap;align-items:center;gap:.35rem .65rem}
section>p{margin-bottom:.8rem}
.aside,.id{color:var(--muted);font-size:.875rem}
.id{display:block;font-weight:400}
.sign{width:1rem;height:1rem;flex:none}
.sign .stroke{fill:none;stroke:var(--sign);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.sign.passed .ground{fill:var(--passed)} .sign.failed .ground{fill:var(--failed)} .sign.skipped .ground{fill:var(--skipped)}
.badge{display:inline-flex;align-items:center;gap:.35rem;padding:.1rem .55rem .1rem .3rem;border-radius:1rem;font-size:.875rem;font-weight:600;white-space:nowrap}
.badge.passed{background:var(--passed-soft);color:var(--passed)}
.badge.failed{background:var(--failed-soft);color:var(--failed)}
.badge.skipped{background:var(--skipped-soft);color:var(--skipped)}
.top{display:grid;grid-template-columns:minmax(0,1.35fr) minmax(0,1fr);gap:1rem;margin-top:1.5rem;align-items:stretch}
.figures{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem}
.figures>div,.stack,.drill{background:var(--card);border:1px solid var(--line);border-radius:.75rem}
.figures>div{padding:1rem 1.1rem}
.figures dt{color:var(--muted);font-weight:600;font-size:.9rem}
.figures strong{display:block;font-size:1.9rem;line-height:1.25;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.figures span{display:block;font-size:.875rem;color:var(--muted);line-height:1.4}
.figures .more{margin-top:.5rem}
.stack{width:100%;height:auto;max-height:34rem;padding:1rem}
.stack text{fill:var(--text);font-size:13px}
.stack .small{font-size:10.5px;fill:var(--muted)}
.stack .strong{font-weight:600}
.stack .pill{fill:var(--page);stroke:var(--line)}
.stack .box{fill:var(--card);stroke-width:1.5}
.stack .box.passed{stroke:var(--passed)} .stack .box.failed{stroke:var(--failed);fill:var(--failed-soft);stroke-width:2.2} .stack .box.skipped{stroke:var(--skipped);stroke-dasharray:4 3}
.stack .state.passed{fill:var(--passed)} .stack .state.failed{fill:var(--failed);font-weight:600}
.stack .way{fill:none;stroke:var(--muted);stroke-width:1.4}
`;

const TABLES = `
.scroller{position:relative;overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.75rem;overflow-wrap:normal}
table{border-collapse:collapse;width:100%;font-size:.925rem;font-variant-numeric:tabular-nums}
caption{text-align:left;font-weight:600;padding:.7rem .9rem .3rem;caption-side:top}
caption.hidden{padding:0}
th,td{text-align:left;vertical-align:top;padding:.5rem .9rem;border-top:1px solid var(--line)}
thead th{font-size:.875rem;color:var(--muted);font-weight:600;border-top:0;white-space:nowrap}
thead td{border-top:0}
tbody th{font-weight:600}
.number{text-align:right;white-space:nowrap}
.checks{min-width:38rem}
.checks th[scope=row]{width:34%}
.fix{margin-top:.25rem}
.overview{min-width:52rem}
.overview thead tr:first-child th{border-bottom:1px solid var(--line);text-align:center}
.overview tbody th{font-weight:400}
.matrix{min-width:40rem}
.matrix td,.matrix th{padding:.45rem .7rem}
.matrix td{border-left:1px solid var(--line)}
.matrix td.wrong{background:var(--failed-soft);box-shadow:inset 0 0 0 2px var(--failed)}
.matrix td.none{background:repeating-linear-gradient(135deg,transparent 0 6px,var(--line) 6px 7px)}
.matrix .ports,.matrix .aside,.matrix span.wrong{display:block}
.matrix .ports{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.matrix .aside{white-space:nowrap}
.matrix span.wrong{color:var(--failed);font-weight:700;white-space:nowrap}
.matrix span.wrong .sign{vertical-align:-.15em;margin-right:.3rem}
.findings{list-style:none;padding:0;margin-bottom:1rem;display:grid;gap:.6rem}
.findings li{display:flex;gap:.6rem;background:var(--failed-soft);border-left:4px solid var(--failed);border-radius:.4rem;padding:.7rem .9rem}
.findings .sign{margin-top:.25rem}
details{margin-top:1rem}
summary{cursor:pointer;font-weight:600;padding:.5rem 0}
`;

const DRILLS = `
.drill{padding:1.25rem 1.25rem 1.4rem;margin-top:1.25rem}
.drill .about{color:var(--muted);font-size:.9rem;margin-top:.2rem}
.drill .scroller{border-color:var(--line)}
.line{display:block;white-space:nowrap}
.reason{margin-top:.7rem;padding:.6rem .8rem;border-radius:.4rem;border-left:4px solid var(--skipped);background:var(--skipped-soft)}
.reason.failed{border-color:var(--failed);background:var(--failed-soft)}
.outcome{display:grid;grid-template-columns:minmax(0,1.4fr) minmax(0,1fr);gap:1rem;align-items:center;margin-top:1rem}
.comparison .missed b{color:var(--failed)}
.comparison .missed .id{display:inline;color:var(--failed)}
.bullet{width:100%;height:auto;max-width:26rem;display:block;margin-bottom:.4rem}
.key{width:.8em;height:.8em;margin-right:.35em;vertical-align:-.05em}
.bullet .room{fill:var(--skipped-soft)} .bar.held{fill:var(--fine)} .bar.missed{fill:var(--failed)}
.limit{stroke:var(--text);stroke-width:2.5} .guess{fill:var(--card);stroke:var(--text);stroke-width:1.8}
.timeline{margin-top:1.25rem}
.chart{display:block;width:100%;height:auto}
.chart.narrow{display:none;max-width:30rem;margin-inline:auto}
.marks{display:flex;flex-wrap:wrap;gap:.35rem 1.5rem;padding:0;margin-top:.6rem;list-style:none;counter-reset:mark;font-size:.925rem}
.marks li{counter-increment:mark;display:inline-block}
.marks li::before{content:counter(mark);display:inline-block;min-width:1.25rem;padding:0 .25rem;text-align:center;border-radius:1rem;background:var(--mark);color:var(--page);font-size:.75rem;font-weight:700;margin-right:.4rem}
.marks .at{color:var(--muted)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;padding:0;margin-top:.6rem;list-style:none;font-size:.8125rem;color:var(--muted)}
.legend svg{width:22px;height:12px;vertical-align:-1px;margin-right:.4rem}
.legend .fine{fill:var(--fine-area);stroke:var(--fine)} .legend .slow{fill:url(#hatch-slow);stroke:var(--slow)} .legend .lost{fill:url(#hatch-failed);stroke:var(--failed)}
.legend .holder{fill:var(--holder)} .legend .several{fill:url(#hatch-several);stroke:var(--failed)}
.legend .median{stroke:var(--fine);stroke-width:2} .legend .slowest{stroke:var(--slow);stroke-width:2;stroke-dasharray:3 3}
.tables{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:1rem;margin-top:1.25rem;align-items:start}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(16rem,1fr));gap:.7rem 1.25rem;margin-top:1.1rem}
.facts dt{color:var(--muted);font-size:.875rem}
.facts dd{font-weight:600;font-variant-numeric:tabular-nums}
footer{padding-block:2.5rem 3rem;color:var(--muted);font-size:.875rem}
`;

const SMALL = `
@media screen and (max-width:56rem){.top,.outcome,.tables{grid-template-columns:minmax(0,1fr)} .stack{max-height:none;max-width:30rem;margin-inline:auto}}
@media screen and (max-width:36rem){
.banner,nav,main,footer{padding-inline:.9rem}
.banner{padding-top:1.5rem}
.banner h1{font-size:2.1rem}
.figures{gap:.6rem}
.figures>div{padding:.75rem .8rem}
.figures strong{font-size:1.4rem}
.drill{padding:1rem .8rem;margin-inline:-.3rem}
.chart.wide{display:none}
.chart.narrow{display:block}
.facts{grid-template-columns:repeat(2,minmax(0,1fr))}
th,td{padding:.4rem .5rem}
table{font-size:.875rem}
thead th,.id,.aside{font-size:.8125rem}
.comparison .missed .id{display:block}
.comparison th,.comparison td{padding-inline:.28rem}
.comparison th:first-child{padding-left:.6rem}
.comparison{font-size:.8125rem}
.comparison .key{display:none}
}
`;

const PRINT = `
@media print{
@page{margin:14mm}
html{font-size:9.5pt}
body{background:#fff;print-color-adjust:exact;-webkit-print-color-adjust:exact}
nav,.skip{display:none}
.banner,main,footer{max-width:none;padding-inline:0}
.banner{padding-top:0}
h2{margin-top:1.5rem}
h2,h3,caption{break-after:avoid}
.figures>div,figure,.outcome,.facts,tr,.findings li{break-inside:avoid}
.drill{border:0;border-top:1px solid var(--line);border-radius:0;padding:1rem 0}
.scroller{overflow:visible}
.checks,.overview,.matrix{min-width:0}
th,td{padding:.3rem .6rem}
.figures{gap:.6rem}
.top{grid-template-columns:minmax(0,1.2fr) minmax(0,1fr)}
.stack{max-height:none}
a{color:inherit;text-decoration:none}
details::details-content{content-visibility:visible;block-size:auto;height:auto}
summary{display:none}
}
`;

/** Every colour, by what it means; they follow what the reader's system says. */
export const COLORS: Html = trusted(
  `:root{color-scheme:light dark;${LIGHT}}\n@media screen and (prefers-color-scheme:dark){:root{${DARK}}}\n`,
);

export const STYLE: Html = trusted(`${COLORS.text}${BASE}${TABLES}${DRILLS}${SMALL}${PRINT}`);

/** Fills that tell failed, slow and doubly held apart without colour; every chart of the page uses them. */
export const PATTERNS: Html = html`<svg class="patterns" aria-hidden="true" focusable="false"><defs>
<pattern id="hatch-failed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" style="fill:var(--failed-area)"/><path d="M0 0v6" style="stroke:var(--failed);stroke-width:3"/></pattern>
<pattern id="hatch-slow" width="5" height="5" patternUnits="userSpaceOnUse"><rect width="5" height="5" style="fill:var(--slow-area)"/><circle cx="2.5" cy="2.5" r="1.1" style="fill:var(--slow)"/></pattern>
<pattern id="hatch-several" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" style="fill:var(--failed-area)"/><path d="M0 0l6 6M6 0L0 6" style="stroke:var(--failed);stroke-width:1.4"/></pattern>
</defs></svg>`;
