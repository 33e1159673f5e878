import { duration } from "./format.ts";
import { type Html, html } from "./html.ts";

const WIDTH = 320;
const LEFT = 8;
const ROOM = WIDTH - 2 * LEFT;

const KEYS = {
  bar: html`<rect class="bar held" x="0" y="3" width="14" height="8" rx="4"/>`,
  limit: html`<path class="limit" d="M7 0v14"/>`,
  guess: html`<path class="guess" d="M7 1l6 6-6 6-6-6z"/>`,
} as const;

/** The sign by which a bullet shows one of the three. */
export function bulletKey(what: keyof typeof KEYS): Html {
  return html`<svg class="key" viewBox="0 0 14 14" aria-hidden="true" focusable="false">${KEYS[what]}</svg>`;
}

/** A bar for the downtime that was measured, a line for what was allowed, a rhombus for what was predicted. */
export function bullet(measured: number, allowed: number | null, predicted: number | undefined): Html {
  const most = Math.max(measured, allowed ?? 0, predicted ?? 0, 1) * 1.08;
  const x = (value: number) => Math.round((LEFT + (value / most) * ROOM) * 10) / 10;
  const missed = allowed !== null && measured > allowed;
  const words = [
    `measured ${duration(measured)}`,
    ...(allowed === null ? [] : [`allowed ${duration(allowed)}`]),
    ...(predicted === undefined ? [] : [`predicted ${duration(predicted)}`]),
  ].join(", ");
  const limit = allowed === null ? undefined : html`<path class="limit" d="M${x(allowed)} 2v24"/>`;
  const guess = predicted === undefined ? undefined : html`<path class="guess" d="M${x(predicted)} 7l6 7-6 7-6-7z"/>`;
  return html`<svg class="bullet" viewBox="0 0 ${WIDTH} 28" role="img" aria-label="Downtime: ${words}"><title>Downtime: ${words}</title>
<rect class="room" x="${LEFT}" y="9" width="${ROOM}" height="10" rx="5"/>
<rect class="bar ${missed ? "missed" : "held"}" x="${LEFT}" y="9" width="${Math.max(2, x(measured) - LEFT)}" height="10" rx="${Math.min(5, (x(measured) - LEFT) / 2)}"/>${limit}${guess}</svg>`;
}
