import { randomBytes } from "node:crypto";
import { mkdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { Emit } from "../events.ts";
import { findPython } from "./python.ts";
import { parseVersion } from "./version.ts";

/** Written last, into a finished environment: the version of ansible-core, then the requirements it was made from. */
export const MARKER = "quintet.txt";

const REQUIREMENTS = fileURLToPath(new URL("requirements.txt", import.meta.url));
const STEP = "ansible";
const TITLE = "Install Ansible into a private virtual environment";

export function requirementsText(): Promise<string> {
  return readFile(REQUIREMENTS, "utf8");
}

/**
 * Makes the private virtual environment at `environment` and returns its version of ansible-core.
 * A virtual environment cannot be moved, so it is made under a name of its own, and `environment` is a link that is
 * switched over once everything is in place: a run that is cut short, or two at once, leave a whole one or none.
 */
export async function installAnsible(
  environment: string,
  { run, signal }: { run: RunCommand; signal?: AbortSignal },
  emit: Emit,
): Promise<string> {
  const started = performance.now();
  const directory = `${environment}-${randomBytes(4).toString("hex")}`;
  const command = async (argv: readonly string[], failure: (detail: string) => QuintetError) => {
    const result = await run(argv, signal === undefined ? {} : { signal });
    signal?.throwIfAborted();
    if (result.exitCode !== 0) throw failure((result.stderr || result.stdout).trim());
    return result.stdout;
  };
  emit({ type: "step-started", step: STEP, title: TITLE });
  let status: "done" | "failed" = "failed";
  try {
    await mkdir(dirname(environment), { recursive: true }).catch((error: Error) => {
      throw cannotWrite(dirname(environment), error);
    });
    const python = await findPython(run);
    await command([python, "-m", "venv", directory], (detail) => cannotMake(directory, detail));
    const bin = join(directory, "bin");
    const pip = [join(bin, "python"), "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet"];
    await command([...pip, "--requirement", REQUIREMENTS], pipFailed);
    const version = parseVersion(await command([join(bin, "ansible-playbook"), "--version"], doesNotRun));
    if (version === undefined) throw doesNotRun("its version is not readable");
    await writeFile(join(directory, MARKER), `${version}\n${await requirementsText()}`);
    await switchLink(environment, directory);
    status = "done";
    return version;
  } finally {
    if (status === "failed") await rm(directory, { recursive: true, force: true });
    emit({ type: "step-finished", step: STEP, status, durationMs: Math.round(performance.now() - started) });
  }
}

async function switchLink(link: string, target: string): Promise<void> {
  const previous = await readlink(link).catch(() => undefined);
  if (previous === undefined) await rm(link, { recursive: true, force: true });
  const fresh = `${target}.link`;
  await symlink(basename(target), fresh);
  await rename(fresh, link);
  if (previous !== undefined) await rm(resolve(dirname(link), previous), { recursive: true, force: true });
}

function fault(message: string, detail: string, next: string): QuintetError {
  return new QuintetError({ message, exitCode: EXIT.preflight, step: TITLE, detail, next });
}

function cannotWrite(directory: string, error: Error): QuintetError {
  return fault(
    `Cannot make the directory ${directory}.`,
    error.message,
    "Make it writable, or set XDG_DATA_HOME to a directory that is.",
  );
}

function cannotMake(directory: string, detail: string): QuintetError {
  return fault(
    `Python could not make the virtual environment ${directory}.`,
    detail,
    "Install Python's venv module (Debian, Ubuntu: sudo apt install python3-venv), then run the same command again.",
  );
}

function pipFailed(detail: string): QuintetError {
  return fault(
    "pip could not install ansible-core.",
    detail,
    "Check that this computer reaches the Python Package Index (or the mirror in pip's configuration), then run the same command again.",
  );
}

function doesNotRun(detail: string): QuintetError {
  return fault("The Ansible just installed does not run.", detail, "Run the same command again: it is installed anew.");
}
