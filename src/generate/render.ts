import ejs from "ejs";
import type { Stack } from "../stack/stack.ts";
import { type Locals, stackLocals } from "./locals.ts";

/** A file below templates/, with its path in the stack directory (still with .ejs, and {host} where it is one a host). */
export interface Template {
  readonly path: string;
  readonly text: string;
}

/** The files of a stack directory: path relative to it -> content. In the order of their paths. */
export type RenderedFiles = ReadonlyMap<string, string>;

/** Renders the Ansible project of a stack. Pure: the same stack, release and templates give the same bytes. */
export function render(stack: Stack, release: { readonly id: string }, templates: readonly Template[]): RenderedFiles {
  const locals = stackLocals(stack, release);
  const hosts = locals["hosts"] as readonly { name: string }[];
  const used = new Set(stack.hosts.flatMap((host) => host.tiers as readonly string[]));
  const files: [string, string][] = [];
  for (const template of templates) {
    if (!isUsed(template.path, used)) continue;
    if (template.path.includes("{host}")) {
      for (const host of hosts) {
        files.push([outputPath(template.path).replace("{host}", host.name), renderOne(template, { ...locals, host })]);
      }
    } else {
      files.push([outputPath(template.path), renderOne(template, locals)]);
    }
  }
  // A template that this stack has no use for renders to nothing.
  return new Map(files.filter(([, content]) => content !== "").sort(([a], [b]) => (a < b ? -1 : 1)));
}

function outputPath(templatePath: string): string {
  return templatePath.replace(/\.ejs$/, "");
}

/** A role or group_vars file of a tier that no host has is left out. */
function isUsed(templatePath: string, tiers: ReadonlySet<string>): boolean {
  const [, tier] = /^(?:roles|group_vars)\/(loadbalancer|web|app|database)(?:[./]|$)/.exec(templatePath) ?? [];
  return tier === undefined || tiers.has(tier);
}

function renderOne(template: Template, locals: Locals): string {
  if (!template.path.endsWith(".ejs")) return template.text;
  // Only %- and %= exist in the templates; what they print is YAML, configurations and shell, never HTML.
  return ejs.render(template.text, locals, { escape: String, filename: template.path });
}
