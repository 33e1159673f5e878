import type { Answer } from "../completion/candidates.ts";
import { harmlessLine } from "./neutral.ts";
import type { TextStream } from "./output.ts";

/** As the scripts of src/completion/scripts.ts read it: the kind, then a candidate a line, a tab, what it is. */
export function printCandidates({ kind, candidates }: Answer, stdout: TextStream): void {
  const lines = candidates.map(({ value, description }) => `${harmlessLine(value)}\t${harmlessLine(description)}`);
  stdout.write(`${[kind, ...lines].join("\n")}\n`);
}
