import ejs from "ejs";
import type { Stack } from "../stack/stack.ts";
import { type FirstRelease, type Locals, stackLocals } from "./locals.ts";

/** A file below templates/, with its path in the stack directory (still with .ejs, and {host} where it is one a host). */
export interface Template {
  readonly path: string;
  readonly text: string;
}

/** The files of a stack directory: path relative to it -> content. In the order of their paths. */
export type RenderedFiles = ReadonlyMap<string, string>;

/** Renders the Ansible project of a stack. Pure: the same stack, release and templates give the same bytes. */
export function render(stack: Stack, release: FirstRelease, templates: readonly Template[]): RenderedFiles {
  const locals = stackLocals(stack, release);
  const used = new Set(stack.hosts.flatMap((host) => host.tiers as readonly string[]));
  const partials = new Map(templates.filter(isPartial).map(({ path, text }) => [path, text]));
  const files: [string, string][] = [];
  for (const template of templates) {
    if (isPartial(template) || !isUsed(template.path, used)) continue;
    const one = Object.keys(ONE_EACH).find((word) => template.path.includes(`{${word}}`));
    if (one === undefined) {
      files.push([outputPath(template.path), renderOne(template, locals, partials)]);
      continue;
    }
    for (const each of locals[ONE_EACH[one] ?? ""] as readonly { name: string }[]) {
      const content = renderOne(template, { ...locals, [one]: each }, partials);
      files.push([outputPath(template.path).replace(`{${one}}`, each.name), content]);
    }
  }
  // A template that this stack has no use for renders to nothing.
  return new Map(files.filter(([, content]) => content !== "").sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** In the path of a template that is rendered once for each -> the list that holds them. */
const ONE_EACH: Readonly<Record<string, string>> = { host: "hosts", process: "processes", job: "jobs" };

/** What several templates have in common; no file of its own. */
function isPartial({ path }: Template): boolean {
  return path.startsWith("partials/");
}

function outputPath(templatePath: string): string {
  return templatePath.replace(/\.ejs$/, "");
}

/** A role or group_vars file of a tier that no host has is left out. */
function isUsed(templatePath: string, tiers: ReadonlySet<string>): boolean {
  const [, tier] = /^(?:roles|group_vars)\/(loadbalancer|web|app|database)(?:[./]|$)/.exec(templatePath) ?? [];
  return tier === undefined || tiers.has(tier);
}

function renderOne(template: Template, locals: Locals, partials: ReadonlyMap<string, string>): string {
  if (!template.path.endsWith(".ejs")) return template.text;
  // Only %- and %= exist in the templates; what they print is YAML, configurations and shell, never HTML.
  const includer = (name: string) => ({ template: partials.get(`partials/${name}.ejs`) ?? "" });
  return ejs.render(template.text, locals, { escape: String, filename: template.path, includer });
}
