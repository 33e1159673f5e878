import { mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { isMissing } from "./files.ts";
import { formatManifest, type GenerationPlan, MANIFEST } from "./manifest.ts";

/** Files are written here first. Once renamed to COMMIT they will all be put in place, by this run or by the next. */
const STAGING = path.join(".quintet", "staging");
const COMMIT = path.join(".quintet", "commit");
/** In COMMIT: the paths to remove. */
const REMOVE = "remove.json";

/**
 * Carries a plan out so that the stack directory always holds one whole project: everything is written beside it
 * first, one rename decides, and a run that dies after that is finished by `finishWrite` of the next.
 */
export async function writeProject(directory: string, plan: GenerationPlan): Promise<void> {
  const staging = path.join(directory, STAGING);
  try {
    await rm(staging, { recursive: true, force: true });
    const put = async (file: string, content: string) => {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    };
    for (const [file, content] of plan.write) await put(path.join(staging, "files", file), content);
    await put(path.join(staging, "files", MANIFEST), formatManifest(plan.manifest));
    await put(path.join(staging, REMOVE), JSON.stringify(plan.remove));
    await rename(staging, path.join(directory, COMMIT));
    await finishWrite(directory);
  } catch (cause) {
    throw cannotWrite(directory, cause);
  }
}

/** Finishes a write that was decided but not completed, by whatever ended the run. Does nothing otherwise. */
export async function finishWrite(directory: string): Promise<void> {
  const commit = path.join(directory, COMMIT);
  let remove: string[];
  try {
    remove = JSON.parse(await readFile(path.join(commit, REMOVE), "utf8")) as string[];
  } catch (error) {
    if (!isMissing(error)) throw error;
    await rm(commit, { recursive: true, force: true }); // a run died while it cleaned up
    return;
  }
  const files = path.join(commit, "files");
  for (const entry of await readdir(files, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const staged = path.join(entry.parentPath, entry.name);
    const target = path.join(directory, path.relative(files, staged));
    await mkdir(path.dirname(target), { recursive: true });
    await rename(staged, target);
  }
  for (const file of remove) await removeWithEmptyParents(directory, file);
  await rm(path.join(commit, REMOVE));
  await rm(commit, { recursive: true, force: true });
}

async function removeWithEmptyParents(directory: string, file: string): Promise<void> {
  await rm(path.join(directory, file), { force: true });
  for (let parent = path.dirname(file); parent !== "."; parent = path.dirname(parent)) {
    try {
      await rmdir(path.join(directory, parent));
    } catch {
      return; // not empty
    }
  }
}

/** A fault of the file system as a user meets it. */
export function cannotWrite(directory: string, cause: unknown): unknown {
  if (!(cause instanceof Error && "code" in cause && "path" in cause)) return cause;
  const reason: Record<string, string> = {
    EACCES: "you may not write there",
    EROFS: "the file system is read-only",
    EPERM: "you may not write there",
    ENOSPC: "the disk is full",
    EDQUOT: "your disk quota is used up",
    EISDIR: `${cause.path} is a directory`,
  };
  return new QuintetError(
    {
      message: `The stack directory ${directory} cannot be written: ${reason[String(cause.code)] ?? cause.message}.`,
      exitCode: EXIT.usage,
      step: "Generate the Ansible project",
      detail: cause.message,
      next: "Mend that, then run the same command again; the project that was there before is untouched.",
    },
    { cause },
  );
}
