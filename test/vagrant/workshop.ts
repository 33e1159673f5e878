import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CommandResult, runCommand } from "../../src/command.ts";
import { type Report, reportSchema } from "../../src/report/schema.ts";
import { quintet, type Run } from "../machines/quintet.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

/** One provider's rehearsal: its stack directory, and a home of Vagrant's own, for boxes and all else that it keeps. */
export interface Workshop {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Vagrant as it is, without Quintet. */
  vagrant(...words: readonly string[]): Promise<CommandResult>;
  /** Quintet on this stack; throws where it fails. Says how long it took. */
  quintet(...words: readonly string[]): Promise<Run & { readonly seconds: number }>;
  report(): Promise<Report>;
  remove(): Promise<void>;
}

export async function openWorkshop(provider: string, directory: string): Promise<Workshop> {
  const home = await mkdtemp(join(tmpdir(), "quintet-vagrant-"));
  const env = {
    VAGRANT_HOME: home,
    VAGRANT_CHECKPOINT_DISABLE: "1",
    VAGRANT_NO_COLOR: "1",
    VAGRANT_DEFAULT_PROVIDER: provider,
    // No CI lends its processor's help to virtual machines.
    QUINTET_EMULATE: "1",
  };
  return {
    directory,
    env,
    vagrant: (...words) =>
      runCommand(["vagrant", ...words], {
        cwd: CHECKOUT,
        env: { ...env, QUINTET_STACK: directory, VAGRANT_DOTFILE_PATH: join(dirname(directory), "alone") },
      }),
    async quintet(...words) {
      const start = performance.now();
      const run = await quintet([...words, "--stack", directory], { env });
      const seconds = Math.round((performance.now() - start) / 1000);
      if (run.exitCode !== 0) {
        const failed = words.includes("--drill") ? await failedDrills(directory) : "";
        throw new Error(`quintet ${words.join(" ")}: exit code ${run.exitCode}\n${run.stderr}${failed}`);
      }
      return { ...run, seconds };
    },
    report: async () =>
      reportSchema.parse(JSON.parse(await readFile(join(directory, "reports/latest/report.json"), "utf8"))),
    async remove() {
      await rm(dirname(directory), { recursive: true, force: true });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** What was measured in drills that did not pass: the report goes with the machines. */
async function failedDrills(directory: string): Promise<string> {
  const text = await readFile(join(directory, "reports/latest/report.json"), "utf8").catch(() => '{"drills":[]}');
  const { drills } = JSON.parse(text) as Pick<Report, "drills">;
  return drills
    .filter(({ status }) => status === "failed")
    .map((drill) => JSON.stringify(drill))
    .join("\n");
}

/** For whoever reads the tests' output: what docs/rehearsal.md compares. */
export function say(provider: string, what: Readonly<Record<string, number | string>>): void {
  const parts = Object.entries(what).map(([name, value]) => `${name} ${value}`);
  process.stdout.write(`\n${provider}: ${parts.join(", ")}\n`);
}
