import { runCommand } from "../../src/command.ts";
import { loginArgv } from "../../src/machines/login.ts";
import { quoteArgv } from "../../src/remote/quote.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { readRehearsal } from "./rehearsal.ts";

/** The stack on the five machines that the global setup made, with everything applied. */
export async function sharedStack(): Promise<Stack> {
  const directory = process.env["QUINTET_TEST_STACK"];
  if (directory === undefined) throw new Error("QUINTET_TEST_STACK is not set: the global setup made no machines");
  return readRehearsal(directory);
}

/** Runs a shell script as root on one of the machines. */
export async function asRoot(
  stack: Stack,
  name: string,
  script: string,
  input = "",
): Promise<{ exitCode: number | undefined; output: string }> {
  const host = stack.hosts.find((each) => each.name === name);
  if (host === undefined) throw new Error(`the stack has no host ${name}`);
  const argv = [...loginArgv(stack, host).slice(0, -1), `${quoteArgv(["sudo", "-n", "sh", "-c", script])} 2>&1`];
  const { exitCode, stdout, stderr } = await runCommand(argv, { input, timeoutMs: 120_000 });
  return { exitCode, output: stdout + stderr };
}
