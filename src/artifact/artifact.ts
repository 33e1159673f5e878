import {
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readlink,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import { type NodeRuntime, resolveNode } from "./node.ts";
import { packDirectory } from "./pack.ts";
import { cannotRead, digestOf, readSource, type Source } from "./source.ts";
import { packWheels } from "./wheels.ts";
import { exists, type PackWorld } from "./world.ts";

/** The built application, packed for each tier under artifacts/ in the stack directory. */
export interface Artifact {
  /** 12 hexadecimal digits of a SHA-256 over the sources and what is made of them. */
  readonly id: string;
  /** Git's commit of the source, 12 digits, with +dirty where files differ from it. */
  readonly revision: string | undefined;
  /** Such as node-24.21.0, where stack.yml names a version of Node. */
  readonly runtime: string | undefined;
}

/** The archive of an artifact for a tier; it holds paths below /srv. */
export function archiveOf(stack: Pick<Stack, "directory">, tier: "app" | "web", artifact: string): string {
  return path.join(stack.directory, "artifacts", `${artifact}-${tier}.tar.gz`);
}

/**
 * Builds and packs the application, unless these very sources are packed already.
 * Throws a QuintetError where the source is missing or the build fails, with the build's last lines.
 */
export async function packArtifact(stack: Stack, world: PackWorld): Promise<Artifact> {
  const work = await mkdtemp(path.join(os.tmpdir(), "quintet-artifact-"));
  try {
    const runtime = await resolveNode(stack, world);
    const { source, id } = await read(stack, work, runtime, world);
    const [app, web] = [archiveOf(stack, "app", id), archiveOf(stack, "web", id)];
    if (!((await exists(app)) && (await exists(web)))) await make(stack, source, runtime, id, work, world);
    return { id, revision: source.revision, runtime: runtime?.name };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function read(stack: Stack, work: string, runtime: NodeRuntime | undefined, { run, signal }: PackWorld) {
  try {
    const source = await readSource(stack, work, run, signal);
    return { source, id: await identify(stack, source, runtime) };
  } catch (error) {
    signal.throwIfAborted();
    throw cannotRead(stack.app.source, error);
  }
}

async function identify(stack: Stack, source: Source, runtime: NodeRuntime | undefined): Promise<string> {
  const { runtime: kind, build, static: root, version } = stack.app;
  // As it is with an application that uses nothing of all that, so that its identity stays what it was.
  const besides = [kind, build ?? null, root ?? null, runtime?.name ?? version ?? null, [...commandsOf(stack)]];
  return (await digestOf(source, besides)).slice(0, 12);
}

/** File below .commands -> what it runs: an artifact carries its commands, so that an older one is run as it was then. */
function commandsOf({ app }: Stack): Map<string, string> {
  const commands: [string, string | undefined][] = [
    ["start", app.start],
    ["migrate", app.migrate],
    ...Object.entries(app.processes).map(([name, { start }]): [string, string] => [`process-${name}`, start]),
    ...Object.entries(app.jobs).map(([name, { start }]): [string, string] => [`job-${name}`, start]),
  ];
  return new Map(commands.filter((one): one is [string, string] => one[1] !== undefined));
}

async function make(
  stack: Stack,
  source: Source,
  runtime: NodeRuntime | undefined,
  id: string,
  work: string,
  world: PackWorld,
): Promise<void> {
  await mkdir(path.join(stack.directory, "artifacts"), { recursive: true });
  const packed = path.join(work, "packed");
  const app = path.join(packed, "app", "artifacts", id);
  const web = path.join(packed, "web", "artifacts", id);
  await copyFiles(source, app);
  await build(stack, app, world);
  if (stack.app.runtime === "python") await packWheels(stack, app, world);
  await mkdir(path.join(web, "root"), { recursive: true });
  if (stack.app.static !== undefined) await copyStatic(stack.app, app, path.join(web, "root"));
  await mkdir(path.join(app, ".commands"), { recursive: true });
  for (const [name, command] of commandsOf(stack)) await writeFile(path.join(app, ".commands", name), `${command}\n`);
  if (runtime !== undefined) await writeFile(path.join(app, ".runtime"), `${runtime.name}\n`);
  for (const [tier, directory] of Object.entries({ app, web }))
    await writeFile(path.join(directory, ".complete"), `${id} ${tier}\n`);
  await openToReaders(packed);
  // The web archive last: both are there when it is.
  for (const tier of ["app", "web"] as const)
    await packDirectory(packed, `${tier}/artifacts/${id}`, timeOf(id), archiveOf(stack, tier, id));
}

async function copyFiles({ directory, files }: Source, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  for (const file of files) {
    const [from, target] = [path.join(directory, file), path.join(to, file)];
    await mkdir(path.dirname(target), { recursive: true });
    const status = await lstat(from);
    if (status.isSymbolicLink()) await symlink(await readlink(from), target);
    else await copyFile(from, target);
  }
}

/** Whatever the umask of this computer: the services may read what they are given, and run what was executable. */
async function openToReaders(work: string): Promise<void> {
  for (const entry of await readdir(work, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || ((await lstat(file)).mode & 0o111) !== 0;
    await chmod(file, executable ? 0o755 : 0o644);
  }
}

async function build(stack: Stack, directory: string, { run, signal, onLine }: PackWorld): Promise<void> {
  if (stack.app.build === undefined) return;
  // The build is a shell command by definition: the user's own, from stack.yml, on the user's own computer.
  const result = await run(["sh", "-c", stack.app.build], {
    cwd: directory,
    signal,
    startsOthers: true,
    ...(onLine && { onLine }),
  });
  if (result.exitCode === 0) return;
  signal.throwIfAborted();
  throw new QuintetError({
    message: `The application's build failed: ${stack.app.build}`,
    exitCode: EXIT.apply,
    step: "Build the application",
    detail: `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-20).join("\n"),
    next: `Make \`${stack.app.build}\` succeed in a clean copy of ${stack.app.source}, then run the same command again.`,
  });
}

/** Programs of PHP stand among its files; the web tier would show them. */
async function copyStatic({ static: from = "", runtime }: Stack["app"], app: string, to: string): Promise<void> {
  const isFile = (file: string) => runtime !== "php" || !/\.(php\d?|phtml|phar|inc)$/i.test(file);
  const directory = path.join(app, from);
  if (!(await exists(directory))) {
    throw new QuintetError({
      message: `The built application has no directory ${from}.`,
      exitCode: EXIT.usage,
      step: "Pack the application",
      next: "Correct app.static in stack.yml, or the build that should make it.",
    });
  }
  await cp(directory, to, { recursive: true, verbatimSymlinks: true, filter: isFile });
}

/**
 * The time of every file of an artifact, between 1970 and 1978. Web servers make ETag and Last-Modified of a file's time
 * and size: with one time for all artifacts, a browser would keep an old file where the new one is of the same size.
 */
function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 7), 16) * 1000);
}
