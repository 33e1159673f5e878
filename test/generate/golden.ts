import { readdirSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { type Manifest, planGeneration } from "../../src/generate/manifest.ts";
import { type RenderedFiles, render } from "../../src/generate/render.ts";
import { ensureSecrets, type Vault } from "../../src/generate/secrets.ts";
import { readTemplates } from "../../src/generate/templates.ts";
import { writeProject } from "../../src/generate/write.ts";
import { formatFaults } from "../../src/stack/faults.ts";
import { parseStack } from "../../src/stack/parse.ts";
import type { Stack } from "../../src/stack/stack.ts";

export const CHECKOUT = path.join(import.meta.dirname, "../..");
export const GOLDEN = path.join(CHECKOUT, "test/golden");

/** The matrix: the names of test/golden/stacks/*.yml. */
export const STACKS = readdirSync(path.join(GOLDEN, "stacks"))
  .map((file) => path.basename(file, ".yml"))
  .sort();

/** Leaves text as it is: what is under test is what stands in the files, not the encryption. */
export const PLAIN_VAULT: Vault = { encrypt: async (text) => text, decrypt: async (text) => text };

const EMPTY: Manifest = { version: 1, files: {} };

export async function goldenStack(name: string, directory = "/stacks/shop"): Promise<Stack> {
  const file = path.join(GOLDEN, "stacks", `${name}.yml`);
  const result = parseStack(await readFile(file, "utf8"), {
    file,
    directory,
    home: "/home/dora",
    defaultUser: "dora",
  });
  if ("faults" in result) throw new Error(formatFaults(result.faults).join("\n"));
  return result.stack;
}

/** As generated for a release that is always the same one. */
export async function renderGolden(stack: Stack): Promise<RenderedFiles> {
  const runtime = stack.app.runtime === "node" && stack.app.version !== undefined ? "node-24.21.0" : undefined;
  return render(stack, { release: "1", artifact: "0123456789ab", runtime }, await readTemplates(CHECKOUT));
}

/** Writes a stack of the matrix as a whole stack directory; its secrets.yml is in clear. */
export async function writeGolden(name: string, directory: string): Promise<Stack> {
  await mkdir(directory, { recursive: true });
  const stack = await goldenStack(name, directory);
  await ensureSecrets(stack, PLAIN_VAULT, new Date());
  await writeProject(directory, planGeneration(await renderGolden(stack), new Map(), EMPTY, false));
  return stack;
}
