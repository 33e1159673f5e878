import path from "node:path";
import type { RunCommand } from "../command.ts";
import type { Stack } from "../stack/stack.ts";
import { readIfThere } from "./files.ts";
import { MANIFEST, type Manifest, parseManifest, planGeneration } from "./manifest.ts";
import { packRelease } from "./release.ts";
import { type RenderedFiles, render } from "./render.ts";
import { ensureSecrets, type Vault } from "./secrets.ts";
import { readTemplates } from "./templates.ts";
import { cannotWrite, finishWrite, writeProject } from "./write.ts";

export interface GenerateWorld {
  readonly run: RunCommand;
  readonly vault: Vault;
  readonly now: () => Date;
  /** Holds templates/ and playbooks/. */
  readonly templateRoot: string;
  readonly signal: AbortSignal;
}

/** What a generation did, as paths in the stack directory. */
export interface Generation {
  readonly release: string;
  readonly written: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: readonly string[];
  readonly kept: readonly string[];
  /** New secrets and certificates, in words. */
  readonly made: readonly string[];
}

/** Writes the Ansible project of a stack into its directory. Files edited by hand are kept unless `overwrite`. */
export async function generate(
  stack: Stack,
  options: { overwrite: boolean },
  world: GenerateWorld,
): Promise<Generation> {
  try {
    await finishWrite(stack.directory);
    const manifest = await readManifest(stack.directory, options.overwrite);
    const release = await packRelease(stack, world.run, world.signal);
    const rendered = render(stack, release, await readTemplates(world.templateRoot));
    const plan = planGeneration(
      rendered,
      await readCurrent(stack.directory, rendered, manifest),
      manifest,
      options.overwrite,
    );
    const made = await ensureSecrets(stack, world.vault, world.now());
    await writeProject(stack.directory, plan);
    return {
      release: release.id,
      written: [...plan.write.keys()],
      removed: plan.remove,
      unchanged: plan.unchanged,
      kept: plan.kept,
      made,
    };
  } catch (error) {
    throw cannotWrite(stack.directory, error);
  }
}

async function readManifest(directory: string, overwrite: boolean): Promise<Manifest> {
  const file = path.join(directory, MANIFEST);
  try {
    return parseManifest(await readIfThere(file), file);
  } catch (error) {
    if (overwrite) return parseManifest(undefined, file);
    throw error;
  }
}

async function readCurrent(
  directory: string,
  rendered: RenderedFiles,
  manifest: Manifest,
): Promise<Map<string, string>> {
  const current = new Map<string, string>();
  for (const file of new Set([...rendered.keys(), ...Object.keys(manifest.files)])) {
    const content = await readIfThere(path.join(directory, file));
    if (content !== undefined) current.set(file, content);
  }
  return current;
}
