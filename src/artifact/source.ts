import { createHash } from "node:crypto";
import { lstat, mkdir, readdir, readFile, readlink, stat } from "node:fs/promises";
import path from "node:path";
import ignore, { type Ignore } from "ignore";
import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { gitAddress, sourceKind } from "../stack/source.ts";
import type { Stack } from "../stack/stack.ts";
import { extractArchive } from "./archive.ts";

/** Where the source lies on this computer, and the files of it that are part of the application. */
export interface Source {
  /** Absolute. */
  readonly directory: string;
  /** Relative to it, sorted; files and symbolic links. */
  readonly files: readonly string[];
  /** Git's commit, 12 digits, with +dirty where files differ from it; undefined where there is none. */
  readonly revision: string | undefined;
}

/** Never part of an application: they are made by the build, or are the history of the source. */
const LEFT_OUT = new Set(["node_modules", ".git", ".venv", "__pycache__"]);

/** Brings the source to this computer where it is not, into `work`, and lists it. */
export async function readSource(stack: Stack, work: string, run: RunCommand, signal: AbortSignal): Promise<Source> {
  const { source } = stack.app;
  const kind = sourceKind(source);
  if (kind === "git") {
    const directory = path.join(work, "source");
    await checkOut(source, directory, run, signal);
    return { directory, files: await filesOf(directory, stack), revision: await revisionOf(directory, run) };
  }
  if (kind === "archive" && (await stat(source)).isFile()) {
    const directory = await extractArchive(source, path.join(work, "source"), run);
    return { directory, files: await filesOf(directory, stack), revision: undefined };
  }
  if (path.resolve(source) === stack.directory) throw sourceIsStack(source);
  return { directory: source, files: await filesOf(source, stack), revision: await revisionOf(source, run) };
}

/** A fault of reading the source as a user meets it. */
export function cannotRead(source: string, cause: unknown): unknown {
  if (cause instanceof QuintetError) return cause;
  return new QuintetError(
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

/** Over the names, modes and contents of the files, as hexadecimal digits. */
export async function digestOf({ directory, files }: Source, besides: unknown): Promise<string> {
  const sum = createHash("sha256").update(JSON.stringify(besides));
  for (const file of files) {
    const full = path.join(directory, file);
    const status = await lstat(full);
    const content = status.isSymbolicLink() ? await readlink(full) : await readFile(full);
    sum.update(`${JSON.stringify([file, status.mode & 0o111 ? "x" : "-", content.length])}\n`).update(content);
  }
  return sum.digest("hex");
}

async function filesOf(root: string, stack: Stack): Promise<string[]> {
  const walk = async (below: string, above: readonly Rules[]): Promise<string[]> => {
    const rules = [...above, await rulesIn(root, below)];
    const entries = await readdir(path.join(root, below), { withFileTypes: true });
    const found = await Promise.all(
      entries.map((entry) => {
        const file = path.join(below, entry.name);
        // The stack directory holds keys, passwords and older artifacts: where it lies in the source, it is no part of it.
        if (LEFT_OUT.has(entry.name) || path.join(root, file) === stack.directory) return [];
        if (isIgnored(entry.isDirectory() ? `${file}/` : file, rules)) return [];
        return entry.isDirectory() ? walk(file, rules) : [file];
      }),
    );
    return found.flat();
  };
  return (await walk("", [])).sort();
}

interface Rules {
  /** Relative to the source. */
  readonly directory: string;
  readonly ignore: Ignore;
}

/** .gitignore, and .quintetignore, which has the last word. */
async function rulesIn(root: string, directory: string): Promise<Rules> {
  const read = (name: string) => readFile(path.join(root, directory, name), "utf8").catch(() => "");
  return {
    directory,
    ignore: ignore()
      .add(await read(".gitignore"))
      .add(await read(".quintetignore")),
  };
}

/** The innermost rules that say anything decide, as with git. */
function isIgnored(file: string, rules: readonly Rules[]): boolean {
  for (const one of rules.toReversed()) {
    const inside = one.directory === "" ? file : file.slice(one.directory.length + 1);
    const { ignored, unignored } = one.ignore.test(inside);
    if (ignored || unignored) return ignored;
  }
  return false;
}

/** Only what is asked for, where the server lets that be had; everything, where it does not. */
async function checkOut(source: string, directory: string, run: RunCommand, signal: AbortSignal): Promise<void> {
  const { url, ref } = gitAddress(source);
  await mkdir(directory, { recursive: true });
  const env = { GIT_TERMINAL_PROMPT: "0", GIT_ALLOW_PROTOCOL: "http:https:ssh:git:file" };
  const git = (...words: string[]) => run(["git", ...words], { cwd: directory, env, signal, startsOthers: true });
  await git("init", "--quiet");
  let fetched = await git("fetch", "--quiet", "--depth=1", "--", url, ref);
  if (fetched.exitCode !== 0) {
    const all = await git("fetch", "--quiet", "--tags", "--", url, "+refs/heads/*:refs/remotes/origin/*");
    if (all.exitCode === 0) fetched = await git("rev-parse", "--quiet", "--verify", `${ref}^{commit}`);
    const commit = fetched.stdout.trim();
    if (all.exitCode === 0 && fetched.exitCode === 0) fetched = await git("checkout", "--quiet", "--detach", commit);
    else if (all.exitCode === 0) fetched = { ...fetched, stderr: `There is no branch, tag or commit ${ref}.` };
    else fetched = all;
  } else fetched = await git("checkout", "--quiet", "--detach", "FETCH_HEAD");
  if (fetched.exitCode === 0) return;
  signal.throwIfAborted();
  throw new QuintetError({
    message: `The application's source cannot be had from Git: ${url}, ${ref}.`,
    exitCode: EXIT.usage,
    step: "Pack the application",
    detail: fetched.stderr.trim().split("\n").slice(-10).join("\n"),
    next: "Correct app.source in stack.yml, or see that `git ls-remote` reaches it from here; then run the same command again.",
  });
}

async function revisionOf(directory: string, run: RunCommand): Promise<string | undefined> {
  const git = (...words: string[]) => run(["git", "-C", directory, ...words]);
  const head = await git("rev-parse", "--short=12", "HEAD");
  if (head.exitCode !== 0) return undefined;
  const changes = await git("status", "--porcelain", "--", ".");
  return `${head.stdout.trim()}${changes.stdout.trim() === "" ? "" : "+dirty"}`;
}

function sourceIsStack(source: string): QuintetError {
  return new QuintetError({
    message: `The application's source is the stack directory ${source} itself, with its keys and passwords.`,
    exitCode: EXIT.usage,
    step: "Pack the application",
    next: "Move the application to a directory of its own and name that in app.source.",
  });
}
