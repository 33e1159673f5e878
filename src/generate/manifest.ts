import { createHash } from "node:crypto";
import { z } from "zod";
import { EXIT, QuintetError } from "../errors.ts";
import type { RenderedFiles } from "./render.ts";

/** .generated.json: what the last generation wrote, so that a hand edit can be told from an old rendering. */
const manifestFile = z.strictObject({
  version: z.literal(1),
  /** Path in the stack directory -> SHA-256 of what was written there, hexadecimal. */
  files: z.record(z.string().refine(isInside), z.string().regex(/^[0-9a-f]{64}$/)),
});

export type Manifest = z.output<typeof manifestFile>;

export const MANIFEST = ".generated.json";

/** A generation removes what the manifest names: that is never anything outside of the stack directory. */
function isInside(file: string): boolean {
  const parts = file.split("/");
  return !file.includes("\\") && !file.includes("\0") && !parts.some((part) => ["", ".", ".."].includes(part));
}

export function hash(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** An absent manifest (undefined) is that of an empty directory. Throws a QuintetError where it cannot be read. */
export function parseManifest(text: string | undefined, file: string): Manifest {
  if (text === undefined) return { version: 1, files: {} };
  try {
    return manifestFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new QuintetError(
      {
        message: `${file} is damaged, so an edit of yours could not be told from a generated file.`,
        exitCode: EXIT.usage,
        step: "Generate the Ansible project",
        next: "Restore it (git checkout), or run `quintet generate --overwrite` to write every generated file anew.",
      },
      { cause },
    );
  }
}

export function formatManifest(files: ReadonlyMap<string, string>): string {
  const sorted = [...files].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify({ version: 1, files: Object.fromEntries(sorted) }, null, 2)}\n`;
}

/** What a generation does to each file of the stack directory. */
export interface GenerationPlan {
  readonly write: ReadonlyMap<string, string>;
  readonly remove: readonly string[];
  readonly unchanged: readonly string[];
  /** Edited by hand since they were generated, and left as they are. */
  readonly kept: readonly string[];
  /** The manifest that holds once the plan is carried out: path -> SHA-256. */
  readonly manifest: ReadonlyMap<string, string>;
}

/**
 * Compares what is rendered now with what is on disk and what was written last. Pure.
 * `onDisk` holds the content of every path that is rendered now or is in the old manifest, where there is one.
 */
export function planGeneration(
  rendered: RenderedFiles,
  onDisk: ReadonlyMap<string, string>,
  old: Manifest,
  overwrite: boolean,
): GenerationPlan {
  const write = new Map<string, string>();
  const manifest = new Map<string, string>();
  const unchanged: string[] = [];
  const kept: string[] = [];
  const remove: string[] = [];
  const isEdited = (path: string, current: string) => !overwrite && hash(current) !== old.files[path];

  for (const [path, content] of rendered) {
    const current = onDisk.get(path);
    if (current === content) unchanged.push(path);
    else if (current !== undefined && isEdited(path, current)) {
      kept.push(path);
      const before = old.files[path];
      if (before !== undefined) manifest.set(path, before);
      continue;
    } else write.set(path, content);
    manifest.set(path, hash(content));
  }
  for (const path of Object.keys(old.files)) {
    if (rendered.has(path)) continue;
    const current = onDisk.get(path);
    if (current === undefined) continue;
    if (isEdited(path, current)) kept.push(path);
    else remove.push(path);
  }
  return { write, remove, unchanged, kept, manifest };
}
