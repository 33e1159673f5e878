import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import type { CommandResult } from "../../src/command.ts";
import { type Contexts, documented, expand, runs } from "./workflow.ts";

export interface StepResult extends CommandResult {
  readonly name: string;
  /** What the step wrote to its job summary. */
  readonly summary: string;
}

export interface RunOptions {
  readonly event: "push" | "pull_request";
  /** Where the repository is checked out. */
  readonly workspace: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** What the runner itself has: PATH, HOME. Nothing else is handed on. */
  readonly runner: Readonly<Record<string, string>>;
}

/**
 * Runs exactly the `run:` lines of the workflow in docs/ci.md, in order, as GitHub's runner does: each by
 * `bash -e` in the workspace, with the environment that the workflow declares. Ends at the first step that fails.
 * What `uses:` names is not run: the workspace, Node and the cache are what the caller has.
 */
export async function runWorkflow({ event, workspace, secrets, runner }: RunOptions): Promise<StepResult[]> {
  const { workflow } = documented();
  const temporary = await mkdtemp(join(tmpdir(), "quintet-runner-"));
  const results: StepResult[] = [];
  try {
    const expanded = (env: Readonly<Record<string, string>>, contexts: Contexts) =>
      Object.fromEntries(Object.entries(env).map(([name, value]) => [name, expand(String(value), contexts)]));
    const declared = expanded(workflow.env, { secrets, env: {}, event });
    for (const job of Object.values(workflow.jobs)) {
      for (const [index, step] of job.steps.entries()) {
        if (step.run === undefined || !runs(step, event)) continue;
        const script = join(temporary, `${index}.sh`);
        const summaryFile = join(temporary, `${index}.md`);
        await writeFile(script, expand(step.run, { secrets, env: declared, event }));
        await writeFile(summaryFile, "");
        const env = {
          ...runner,
          CI: "true",
          GITHUB_ACTIONS: "true",
          GITHUB_WORKSPACE: workspace,
          GITHUB_STEP_SUMMARY: summaryFile,
          ...declared,
          ...expanded(step.env ?? {}, { secrets, env: declared, event }),
        };
        const { exitCode, stdout, stderr } = await execa("bash", ["-e", script], {
          cwd: workspace,
          env,
          extendEnv: false,
          stdin: "ignore",
          reject: false,
        });
        results.push({ exitCode, stdout, stderr, name: step.name ?? "", summary: await readFile(summaryFile, "utf8") });
        if (exitCode !== 0) return results;
      }
    }
    return results;
  } finally {
    await rm(temporary, { recursive: true });
  }
}
