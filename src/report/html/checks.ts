import type { CheckReport } from "../schema.ts";
import { counted } from "./format.ts";
import { type Html, html } from "./html.ts";
import { badge } from "./marks.ts";
import { scroller } from "./scroller.ts";

/** Failed ones first, with what mends them; then skipped ones; those that passed are folded away. */
export function checksSection(checks: readonly CheckReport[]): Html {
  const failed = checks.filter(({ status }) => status === "failed");
  const skipped = checks.filter(({ status }) => status === "skipped");
  const passed = checks.filter(({ status }) => status === "passed");
  const open = [...failed, ...skipped];
  return html`<section aria-labelledby="checks"><h2 id="checks">Checks</h2>
${checks.length === 0 ? html`<p>No check ran.</p>` : undefined}
${open.length === 0 ? undefined : notPassed(open, failed.length > 0)}
${passed.length === 0 ? undefined : passedOnes(passed, open.length === 0)}
</section>`;
}

function notPassed(checks: readonly CheckReport[], failed: boolean): Html {
  const rows = checks.map(({ status, title, id, host, expected, actual, fix }) => {
    const found =
      status === "failed"
        ? html`<p>${actual}</p><p class="aside">Expected: ${expected}</p>${fix === undefined ? undefined : html`<p class="fix"><b>Fix:</b> ${fix}</p>`}`
        : html`<p>${actual}</p>`;
    return html`<tr><td>${badge(status)}</td><th scope="row">${title}<span class="id">${id}</span></th><td>${host}</td><td>${found}</td></tr>`;
  });
  const caption = failed ? "What failed or was skipped" : "What was skipped, and why";
  return scroller(
    caption,
    html`<table class="checks"><caption>${caption}</caption>
<thead><tr><th scope="col">Result</th><th scope="col">Check</th><th scope="col">Host</th><th scope="col">Found</th></tr></thead>
<tbody>${rows}</tbody></table>`,
  );
}

/** A row a check where every host gave the same. */
function passedOnes(checks: readonly CheckReport[], open: boolean): Html {
  const groups = [...Map.groupBy(checks, ({ id, title, actual }) => JSON.stringify([id, title, actual])).values()];
  const rows = groups.map((group) => {
    const [first] = group;
    if (first === undefined) return undefined;
    const hosts = group.map(({ host }) => host).join(", ");
    return html`<tr><th scope="row">${first.title}<span class="id">${first.id}</span></th><td>${hosts}</td><td>${first.actual}</td></tr>`;
  });
  const title = `${counted(checks.length, "check")} passed`;
  const table = html`<table class="checks"><caption>${title}</caption>
<thead><tr><th scope="col">Check</th><th scope="col">Hosts</th><th scope="col">Found</th></tr></thead><tbody>${rows}</tbody></table>`;
  return html`<details${open ? html` open` : undefined}><summary>${title}</summary>${scroller(title, table)}</details>`;
}
