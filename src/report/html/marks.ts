import { type Html, html, trusted } from "./html.ts";

export type Status = "passed" | "failed" | "skipped";

const SHAPES: Readonly<Record<Status, string>> = {
  passed: "M4.5 8.4l2.4 2.4 4.6-5.2",
  failed: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6",
  skipped: "M4.8 8h6.4",
};

/** A sign that differs in shape, not only in colour. The word stands beside it wherever it is used. */
export function sign(status: Status): Html {
  return html`<svg class="sign ${status}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${signShape(status)}</svg>`;
}

/** The same as a part of another drawing, 16 wide and high. */
export function signShape(status: Status): Html {
  const ground =
    status === "failed"
      ? '<path class="ground" d="M5 .5h6l4.5 4.5v6L11 15.5H5L.5 11V5z"/>'
      : status === "passed"
        ? '<circle class="ground" cx="8" cy="8" r="7.5"/>'
        : '<rect class="ground" x="1" y="1" width="14" height="14" rx="3"/>';
  return trusted(`${ground}<path class="stroke" d="${SHAPES[status]}"/>`);
}

export function badge(status: Status): Html {
  return html`<span class="badge ${status}">${sign(status)}${status}</span>`;
}
