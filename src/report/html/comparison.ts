import type { DrillReport, Measured } from "../schema.ts";
import { bullet, bulletKey } from "./bullet.ts";
import { count, duration, optional } from "./format.ts";
import { type Html, html } from "./html.ts";
import { scroller } from "./scroller.ts";

interface Row {
  readonly name: string;
  readonly most: number | null;
  readonly guess: number | undefined;
  readonly measured: number;
  /** What the objective was held against, where it is not what was measured. */
  readonly judged?: number | undefined;
  readonly text: (value: number) => string;
}

/** What was allowed, predicted and measured, side by side, and as a picture. */
export function comparison(drill: DrillReport, measured: Measured): Html {
  const { objective, predicted, judged, title } = drill;
  const caption = `Allowed, predicted and measured: ${title}`;
  const rows: Row[] = [
    {
      name: "Downtime",
      most: objective.downtimeMs,
      guess: predicted?.downtimeMs,
      measured: measured.downtimeMs,
      judged: judged?.downtimeMs,
      text: duration,
    },
    {
      name: "Reads lost",
      most: objective.failedSafe,
      guess: undefined,
      measured: measured.failedSafe,
      judged: judged?.failedSafe,
      text: count,
    },
    {
      name: "Holders at once",
      most: objective.maxHolders,
      guess: undefined,
      measured: measured.holders.max,
      text: count,
    },
  ];
  const table = html`<table class="comparison"><caption class="hidden">${caption}</caption>
<thead><tr><td></td><th scope="col">${bulletKey("limit")}Allowed</th><th scope="col">${bulletKey("guess")}Predicted</th><th scope="col">${bulletKey("bar")}Measured</th></tr></thead>
<tbody>${rows.map(rowOf)}</tbody></table>`;
  const formula = predicted === null ? "Nothing was predicted for this one." : `Predicted: ${predicted.formula}`;
  const { downtimeMs } = objective;
  // A bar alone would say nothing.
  const shown =
    downtimeMs === null && predicted === null
      ? undefined
      : bullet(measured.downtimeMs, downtimeMs, predicted?.downtimeMs);
  return html`<div class="outcome">${scroller(caption, table)}<div>${shown}<p class="aside">${formula}</p>${
    judged === undefined
      ? undefined
      : html`<p class="aside">Counted against what is allowed: requests that somebody was left to answer.</p>`
  }</div></div>`;
}

function rowOf({ name, most, guess, measured, judged = measured, text }: Row): Html {
  const missed = most !== null && judged > most;
  const counted =
    judged === measured
      ? undefined
      : html` <span class="id">${text(judged)} ${name === "Downtime" ? "counted" : "of them counted"}</span>`;
  return html`<tr><th scope="row">${name}</th><td>${most === null ? "any" : `≤ ${text(most)}`}</td><td>${
    guess === undefined ? "–" : optional(guess)
  }</td><td class="${missed ? "missed" : "held"}"><b>${text(measured)}</b>${counted}${missed ? html` <span class="id">too much</span>` : undefined}</td></tr>`;
}
