import path from "node:path";
import { archiveOf, packArtifact } from "../artifact/artifact.ts";
import { type Architecture, packNode } from "../artifact/node.ts";
import { exists } from "../artifact/world.ts";
import type { RunCommand } from "../command.ts";
import type { Stack } from "../stack/stack.ts";
import { appSecrets } from "./app-secrets.ts";
import { readIfThere } from "./files.ts";
import type { FirstRelease } from "./locals.ts";
import { MANIFEST, type Manifest, parseManifest, planGeneration } from "./manifest.ts";
import { readReleaseRecord } from "./release-record.ts";
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
  /** The processors of the app hosts. Default: x64. */
  readonly architectures?: readonly Architecture[];
  /** What the hosts run, where that is known. */
  readonly running?: FirstRelease | undefined;
}

/** What a generation did, as paths in the stack directory. */
export interface Generation {
  /** The release that a host without one gets. */
  readonly release: FirstRelease;
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
    const release = await firstRelease(stack, world);
    const rendered = render(stack, release, await readTemplates(world.templateRoot));
    const plan = planGeneration(
      rendered,
      await readCurrent(stack.directory, rendered, manifest),
      manifest,
      options.overwrite,
    );
    const made = await ensureSecrets(stack, world.vault, world.now());
    await appSecrets(stack, world.vault);
    await writeProject(stack.directory, plan);
    return {
      release,
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

/**
 * What a new host gets is what the others run, whatever the source is by now. The first of all is packed here, and so is
 * another one where nobody is known to run the last, and its archive is not on this computer.
 */
async function firstRelease(stack: Stack, world: GenerateWorld): Promise<FirstRelease> {
  const release = world.running ?? (await packFirst(stack, world));
  const { runtime } = release;
  if (runtime !== undefined)
    for (const one of world.architectures ?? ["x64"]) await packNode(stack, runtime, one, world);
  return release;
}

async function packFirst(stack: Stack, world: GenerateWorld): Promise<FirstRelease> {
  const known = await readReleaseRecord(stack.directory);
  if (known !== undefined && (await exists(archiveOf(stack, "app", known.artifact)))) return known;
  const { id, revision, runtime } = await packArtifact(stack, world);
  if (known?.artifact === id) return known;
  return { release: String(Number(known?.release ?? 0) + 1), artifact: id, revision, runtime };
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
