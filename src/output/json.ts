import type { Emit } from "../events.ts";
import type { OutputOptions } from "./output.ts";

/** Events as JSON lines on stdout, each with its time. */
export function jsonSink({ stdout, now = () => new Date() }: Pick<OutputOptions, "stdout" | "now">): Emit {
  return (event) => {
    stdout.write(`${line({ time: now().toISOString(), ...event })}\n`);
  };
}

/** JSON in which nothing acts on a terminal or on a pipeline's runner (`##[`), and which still means the same. */
function line(value: unknown): string {
  return JSON.stringify(value)
    .replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (sign) =>
      Array.from({ length: sign.length }, (_, index) => escaped(sign.charCodeAt(index))).join(""),
    )
    .replace(/#(?=[\w\x80-\uffff]*\[)/g, escaped(0x23));
}

function escaped(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`;
}
