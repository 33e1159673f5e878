import type { Emit } from "../events.ts";
import type { OutputOptions } from "./output.ts";
import { plainSink } from "./plain.ts";

/** Events as JSON lines on stdout, each with its time; the same for people, as plain lines, on stderr. */
export function jsonSink(options: OutputOptions): Emit {
  const { stdout, stderr, now = () => new Date() } = options;
  const plain = plainSink({ ...options, stdout: stderr });
  return (event) => {
    stdout.write(`${JSON.stringify({ time: now().toISOString(), ...event })}\n`);
    plain(event);
  };
}
