import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type Claim, type Holder, lineOf, parseClaim } from "./claim.ts";

/** Ignored by git, as all of .quintet/ is. */
const LOCK = path.join(".quintet", "lock");
/** Who has it: a line for the claim, one with the process and one with the moment. Only ever shown. */
const HOLDER = path.join(".quintet", "lock.holder");

const SQLITE_BUSY = 5;
/** Two that ask at the same instant wait for each other's first step, or neither would get it. */
const INSTANT_MS = 100;

/** Somebody else on this computer (or on one that shares the directory) who works in a stack directory. */
export interface DirectoryHolder extends Holder {
  readonly pid: string | undefined;
}

export interface TakenDirectory {
  release(): Promise<void>;
}

/**
 * Takes the lock of a stack directory, or says who has it. It is the lock of an SQLite file that stays empty: Node has
 * it on every system, and the kernel frees it in whatever way this process ends.
 */
export async function takeDirectory(
  directory: string,
  claim: Claim,
  now: () => Date,
): Promise<TakenDirectory | { readonly holder: DirectoryHolder }> {
  const file = path.join(directory, LOCK);
  const holder = path.join(directory, HOLDER);
  await mkdir(path.dirname(file), { recursive: true });
  // Says at once, in the file system's words, that it cannot be written.
  await writeFile(file, "", { flag: "a" });
  const database = await open(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    database.close();
    if (!(error instanceof Error && "errcode" in error)) throw error;
    // Such as a file system that has no locks.
    if (error.errcode !== SQLITE_BUSY) throw Object.assign(error, { path: file });
    return { holder: await readHolder(holder, now()) };
  }
  try {
    await writeFile(holder, `${lineOf(claim)}\n${process.pid}\n${now().toISOString()}\n`);
  } catch (error) {
    database.close();
    throw error;
  }
  return {
    async release() {
      await rm(holder, { force: true });
      database.close();
    },
  };
}

/** Node 22 warns on loading it that it is new. */
async function open(file: string) {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const { DatabaseSync } = await import("node:sqlite");
    return new DatabaseSync(file, { timeout: INSTANT_MS });
  } finally {
    process.emitWarning = emitWarning;
  }
}

async function readHolder(file: string, now: Date): Promise<DirectoryHolder> {
  const [claim = "", pid, since = ""] = (await readFile(file, "utf8").catch(() => "")).split("\n");
  const ms = now.getTime() - Date.parse(since);
  return {
    claim: parseClaim(claim),
    pid: pid !== undefined && /^\d{1,10}$/.test(pid) ? pid : undefined,
    heldMs: Number.isFinite(ms) ? Math.max(0, ms) : undefined,
    silentMs: undefined,
  };
}
