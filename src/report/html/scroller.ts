import { type Html, html } from "./html.ts";

/** What may be wider than a phone scrolls by itself, also with the keyboard. */
export function scroller(label: string, inside: Html): Html {
  return html`<div class="scroller" role="region" aria-label="${label}" tabindex="0">${inside}</div>`;
}
