import type { Report } from "../schema.ts";
import { checksSection } from "./checks.ts";
import { drillsSection } from "./drills.ts";
import { moment } from "./format.ts";
import { banner, figures } from "./headline.ts";
import { html } from "./html.ts";
import { isolationSection } from "./isolation.ts";
import { stackDrawing } from "./stack-drawing.ts";
import { PATTERNS, STYLE } from "./style.ts";

/** Nothing is loaded and nothing runs, whatever a report holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/** report.html: one file that needs nothing else. */
export function reportPage(report: Report): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${report.stack}: ${report.result}, ${moment(report.startedAt)}</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the results</a>
${PATTERNS}
${banner(report)}
<nav aria-label="Sections"><a href="#stack">Stack</a><a href="#isolation">Isolation</a><a href="#checks">Checks</a><a href="#drills">Drills</a></nav>
<main id="main" tabindex="-1">
<section class="top" aria-labelledby="stack"><h2 id="stack" class="hidden">Stack</h2>${figures(report)}${stackDrawing(report)}</section>
${isolationSection(report)}
${checksSection(report.checks)}
${drillsSection(report.drills)}
</main>
<footer><p>Quintet’s report of ${report.stack}, begun ${moment(report.startedAt)}. The same in other forms beside this file: report.json, junit.xml, summary.md.</p></footer>
</body>
</html>
`;
  return page.text;
}
