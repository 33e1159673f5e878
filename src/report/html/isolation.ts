import { type MatrixCell, matrixOf } from "../matrix.ts";
import { asExpected, type IsolationReport, type Report } from "../schema.ts";
import { count } from "./format.ts";
import { type Html, html } from "./html.ts";
import { sign } from "./marks.ts";
import { scroller } from "./scroller.ts";

/** Who reaches whom: wrong ports first, in words, then the matrix. */
export function isolationSection({ isolation, hosts }: Report): Html {
  const wrong = isolation.filter((flow) => !asExpected(flow));
  const told =
    isolation.length === 0
      ? html`<p>No port was tried.</p>`
      : html`<p>${count(isolation.length)} attempts to connect. A cell lists the ports that are open; all others that were tried are closed.</p>${wrong.length === 0 ? undefined : wrongOnes(wrong)}${matrix(isolation, hosts)}`;
  return html`<section aria-labelledby="isolation"><h2 id="isolation">Isolation</h2>${told}</section>`;
}

function wrongOnes(wrong: readonly IsolationReport[]): Html {
  const rows = wrong.map(
    ({ from, to, address, port, expected, actual, rule }) =>
      html`<li>${sign("failed")}<div><p><b>${from} → ${to}, port ${port}</b> is ${actual} at ${address}, and should be ${expected}.</p>${
        rule === undefined ? undefined : html`<p class="fix"><b>Rule:</b> ${rule}</p>`
      }</div></li>`,
  );
  return html`<ul class="findings">${rows}</ul>`;
}

function matrix(isolation: readonly IsolationReport[], hosts: Report["hosts"]): Html {
  const { sources, targets, rows } = matrixOf(isolation, hosts);
  const caption = "Which ports of which host are open to whom";
  const table = html`<table class="matrix"><caption>${caption}</caption>
<thead><tr><th scope="col">from \\ to</th>${targets.map((to) => html`<th scope="col">${to}</th>`)}</tr></thead>
<tbody>${sources.map((from, index) => html`<tr><th scope="row">${from}</th>${(rows[index] ?? []).map(cell)}</tr>`)}</tbody></table>`;
  return scroller(caption, table);
}

function cell({ status, open, closed, wrong }: MatrixCell): Html {
  if (status === "none") return html`<td class="none"><span class="hidden">not tried</span></td>`;
  const ports = open.length === 0 ? html`<span class="aside">nothing open</span>` : open.join(" ");
  const bad = [...new Set(wrong.map(({ port, actual }) => `${port} ${actual}`))];
  const faults = bad.map((text) => html`<span class="wrong">${sign("failed")}${text}</span>`);
  return html`<td class="${status}">${faults}<span class="ports">${ports}</span>${closed === 0 ? undefined : html`<span class="aside">${closed} closed</span>`}</td>`;
}
