import type { Command } from "commander";
import { printCandidates } from "../output/candidates.ts";
import { complete } from "./candidates.ts";
import { valuesOnDisk } from "./values.ts";

/** Answers a shell that asks what may come at the cursor. */
export function answer(program: Command, words: readonly string[]): void {
  printCandidates(complete(program, words, valuesOnDisk(process.cwd())), process.stdout);
}
