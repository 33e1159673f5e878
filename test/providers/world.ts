import type { CommandOptions, CommandResult } from "../../src/command.ts";
import type { VagrantWorld } from "../../src/machines/vagrant/world.ts";

interface Call {
  readonly line: string;
  readonly options: CommandOptions | undefined;
}

type Answer = string | number | Partial<CommandResult> | ((call: Call) => string | Promise<string>);

/**
 * A computer whose commands answer with what stands beside the longest beginning of their line: what they print, their
 * exit code, or both. All others end well and say nothing.
 */
export function computer(answers: Readonly<Record<string, Answer>> = {}, changes: Partial<VagrantWorld> = {}) {
  const calls: Call[] = [];
  const starts = Object.keys(answers).toSorted((a, b) => b.length - a.length);
  const world: VagrantWorld = {
    async run(argv, options) {
      const call = { line: argv.join(" "), options };
      calls.push(call);
      const start = starts.find((each) => call.line.startsWith(each));
      const answer = start === undefined ? "" : answers[start];
      if (typeof answer === "number") return { exitCode: answer, stdout: "", stderr: "" };
      if (typeof answer === "function") return { exitCode: 0, stdout: await answer(call), stderr: "" };
      if (typeof answer === "string") return { exitCode: 0, stdout: answer, stderr: "" };
      return { exitCode: 0, stdout: "", stderr: "", ...answer };
    },
    isRoot: true,
    owner: undefined,
    cacheDirectory: "/cache",
    sleep: async () => undefined,
    command: (verb) => `quintet ${verb}`,
    vagrantfileDirectory: "/package",
    system: "linux",
    availableMemoryMb: async () => 16_000,
    now: () => 1_700_000_000_000,
    libvirtUri: "qemu:///system",
    mayEmulate: false,
    ...changes,
  };
  return { world, calls, lines: () => calls.map(({ line }) => line) };
}
