import { createHash } from "node:crypto";
import {
  access,
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { create } from "tar";
import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";

/** One version of the user's app, packed for each tier under artifacts/ in the stack directory. */
export interface Release {
  /** 12 hexadecimal digits of a SHA-256 over the sources and what is made of them. */
  readonly id: string;
}

/** Never part of a release: they are made by the build, or are the history of the source. */
const LEFT_OUT = new Set(["node_modules", ".git"]);

/**
 * Builds and packs the application, unless these very sources are packed already.
 * Throws a QuintetError where the source is missing or the build fails, with the build's last lines.
 */
export async function packRelease(stack: Stack, run: RunCommand, signal: AbortSignal): Promise<Release> {
  const source = path.resolve(stack.directory, stack.app.source);
  if (source === stack.directory) throw sourceIsStack(source);
  // The stack directory holds keys, passwords and older releases: where it lies in the source, it is no part of it.
  const isPart = (file: string) => !LEFT_OUT.has(path.basename(file)) && path.resolve(file) !== stack.directory;
  const id = await identify(stack, source, isPart);
  const artifacts = path.join(stack.directory, "artifacts");
  const archives = { app: path.join(artifacts, `${id}-app.tar.gz`), web: path.join(artifacts, `${id}-web.tar.gz`) };
  if ((await exists(archives.app)) && (await exists(archives.web))) return { id };

  await mkdir(artifacts, { recursive: true });
  const work = await mkdtemp(path.join(os.tmpdir(), "quintet-release-"));
  try {
    const app = path.join(work, "app", "releases", id);
    await cp(source, app, {
      recursive: true,
      verbatimSymlinks: true,
      filter: isPart,
    });
    await build(stack, app, run, signal);
    const web = path.join(work, "web", "releases", id);
    await mkdir(path.join(web, "root"), { recursive: true });
    if (stack.app.static !== undefined) await copyStatic(stack.app.static, app, path.join(web, "root"));
    for (const [tier, directory] of Object.entries({ app, web }))
      await writeFile(path.join(directory, ".release"), `${id} ${tier}\n`);
    await openToReaders(work);
    await pack(work, `app/releases/${id}`, timeOf(id), archives.app);
    await pack(work, `web/releases/${id}`, timeOf(id), archives.web);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return { id };
}

async function identify(stack: Stack, source: string, isPart: IsPart): Promise<string> {
  const sum = createHash("sha256");
  sum.update(JSON.stringify([stack.app.runtime, stack.app.build ?? null, stack.app.static ?? null]));
  try {
    for (const file of await filesBelow(source, isPart)) {
      const full = path.join(source, file);
      const status = await lstat(full);
      const content = status.isSymbolicLink() ? await readlink(full) : await readFile(full);
      sum.update(`${JSON.stringify([file, status.mode & 0o111 ? "x" : "-", content.length])}\n`).update(content);
    }
  } catch (cause) {
    throw new QuintetError(
      {
        message: `The application's source ${source} cannot be read.`,
        exitCode: EXIT.usage,
        step: "Pack the application",
        detail: cause instanceof Error ? cause.message : String(cause),
        next: "Correct app.source in stack.yml; a relative path is relative to the stack directory.",
      },
      { cause },
    );
  }
  return sum.digest("hex").slice(0, 12);
}

/** Whether a file or directory (absolute) belongs to the release. */
type IsPart = (file: string) => boolean;

async function filesBelow(root: string, isPart: IsPart, below = ""): Promise<string[]> {
  const entries = await readdir(path.join(root, below), { withFileTypes: true });
  const found = await Promise.all(
    entries
      .filter((entry) => isPart(path.join(root, below, entry.name)))
      .map((entry) => {
        const file = path.join(below, entry.name);
        return entry.isDirectory() ? filesBelow(root, isPart, file) : [file];
      }),
  );
  return found.flat().sort();
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

function sourceIsStack(source: string): QuintetError {
  return new QuintetError({
    message: `The application's source is the stack directory ${source} itself, with its keys and passwords.`,
    exitCode: EXIT.usage,
    step: "Pack the application",
    next: "Move the application to a directory of its own and name that in app.source.",
  });
}

async function build(stack: Stack, directory: string, run: RunCommand, signal: AbortSignal): Promise<void> {
  if (stack.app.build === undefined) return;
  // The build is a shell command by definition: the user's own, from stack.yml, on the user's own computer.
  const result = await run(["sh", "-c", stack.app.build], { cwd: directory, signal, startsOthers: true });
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

async function copyStatic(from: string, app: string, to: string): Promise<void> {
  const directory = path.join(app, from);
  if (!(await exists(directory))) {
    throw new QuintetError({
      message: `The built application has no directory ${from}.`,
      exitCode: EXIT.usage,
      step: "Pack the application",
      next: "Correct app.static in stack.yml, or the build that should make it.",
    });
  }
  await cp(directory, to, { recursive: true, verbatimSymlinks: true });
}

/**
 * The time of every file of a release, between 1970 and 1978. Web servers make ETag and Last-Modified of a file's time
 * and size: with one time for all releases, a browser would keep an old file where the new one is of the same size.
 */
function timeOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 7), 16) * 1000);
}

/** The same files give the same archive: sorted, without owners. `.release` comes last, as the mark of a whole one. */
async function pack(work: string, directory: string, mtime: Date, archive: string): Promise<void> {
  const files = (await filesInside(path.join(work, directory))).map((file) => path.join(directory, file));
  const mark = path.join(directory, ".release");
  // The directories above come first: the umask of the machine that unpacks them must not close them either.
  const above = [path.dirname(path.dirname(directory)), path.dirname(directory), directory];
  const ordered = [...above, ...files.filter((file) => file !== mark).sort(), mark];
  await create(
    { cwd: work, file: `${archive}.new`, gzip: { level: 6 }, portable: true, mtime, noDirRecurse: true },
    ordered,
  );
  await rename(`${archive}.new`, archive);
}

async function filesInside(root: string): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
