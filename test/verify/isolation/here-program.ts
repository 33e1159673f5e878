import { text } from "node:stream/consumers";
import { tryFromHere } from "../../../src/verify/isolation/try.ts";

/** Tries the probes on standard input from this computer, for a test that runs it in a network of its own. */
export const hereProgram = import.meta.filename;

if (import.meta.main) process.stdout.write(JSON.stringify(await tryFromHere(JSON.parse(await text(process.stdin)))));
