import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** What of a GitHub Actions workflow the one in docs/ci.md uses. */
export interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}
export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>>;
}

const text = readFileSync(join(import.meta.dirname, "../../docs/ci.md"), "utf8");

/** The YAML blocks of docs/ci.md: the workflow, then GitLab's. */
export function documented(): { workflow: Workflow; gitlab: Readonly<Record<string, unknown>> } {
  const [workflow = "", gitlab = ""] = [...text.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, block]) => block ?? "");
  return { workflow: parse(workflow), gitlab: parse(gitlab) };
}

/** The contexts that expressions name. */
export interface Contexts {
  readonly secrets: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly event: string;
}

/** `${{ secrets.X }}` and `${{ env.X }}`; as at GitHub, one that is not there is empty. Any other is a fault. */
export function expand(value: string, { secrets, env }: Contexts): string {
  return value.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    const [, context, name = ""] = /^(secrets|env)\.(\w+)$/.exec(expression) ?? [];
    if (context === undefined) throw new Error(`this expression is not known here: ${expression}`);
    return (context === "secrets" ? secrets : env)[name] ?? "";
  });
}

/** Whether a step runs, where all before it passed. */
export function runs(step: Step, event: string): boolean {
  if (step.if === undefined || step.if === "always()") return true;
  const [, named] = /^github\.event_name == '(\w+)'$/.exec(step.if) ?? [];
  if (named === undefined) throw new Error(`this condition is not known here: ${step.if}`);
  return named === event;
}
