import { createWriteStream } from "node:fs";
import { chmod, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { extract, list } from "tar";
import { openPromise } from "yauzl";
import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";

/**
 * Unpacks an archive that came from somewhere into `to`, and returns the directory of the application: the only one at
 * the top, where there is nothing else. One that would write anywhere else is refused as a whole, before anything is
 * written.
 */
export async function extractArchive(file: string, to: string, run: RunCommand): Promise<string> {
  await mkdir(to, { recursive: true });
  try {
    if (/\.zip$/i.test(file)) await extractZip(file, to);
    else await extractTar(/\.xz$/i.test(file) ? await withoutXz(file, to, run) : file, to);
  } catch (cause) {
    if (cause instanceof QuintetError) throw cause;
    throw refused(file, `It is no whole archive: ${cause instanceof Error ? cause.message : cause}`);
  }
  const entries = await readdir(to, { withFileTypes: true });
  const [only] = entries;
  return entries.length === 1 && only?.isDirectory() ? path.join(to, only.name) : to;
}

async function extractTar(file: string, to: string): Promise<void> {
  let hostile: string | undefined;
  await list({
    file,
    strict: true,
    onReadEntry: (entry) => {
      const { type, linkpath } = entry;
      if (leadsOut(entry.path)) hostile ??= `${entry.path} lies outside of it.`;
      else if (type === "SymbolicLink" && leadsOut(path.join(path.dirname(entry.path), linkpath ?? "/"), linkpath))
        hostile ??= `${entry.path} is a link to ${linkpath}, outside of it.`;
      else if (type === "Link" && leadsOut(linkpath ?? "/")) hostile ??= `${entry.path} is a link to ${linkpath}.`;
      else if (/Device|FIFO/.test(type)) hostile ??= `${entry.path} is a device.`;
    },
  });
  if (hostile !== undefined) throw refused(file, hostile);
  await extract({ file, cwd: to, strict: true });
}

async function extractZip(file: string, to: string): Promise<void> {
  const check = (name: string) => {
    if (leadsOut(name)) throw refused(file, `${name} lies outside of it.`);
  };
  const zip = await openPromise(file, { lazyEntries: true, decodeStrings: true, strictFileNames: false });
  const entries = [];
  for await (const entry of zip.eachEntry()) {
    const mode = entry.externalFileAttributes >>> 16;
    check(entry.fileName);
    if ((mode & 0o170000) === 0o120000) throw refused(file, `${entry.fileName} is a link.`);
    entries.push({ entry, executable: (mode & 0o111) !== 0 });
  }
  zip.close();
  const again = await openPromise(file, { lazyEntries: true });
  for await (const entry of again.eachEntry()) {
    const target = path.join(to, entry.fileName);
    if (entry.fileName.endsWith("/")) {
      await mkdir(target, { recursive: true });
      continue;
    }
    await mkdir(path.dirname(target), { recursive: true });
    await pipeline(await again.openReadStreamPromise(entry), createWriteStream(target));
    if (((entry.externalFileAttributes >>> 16) & 0o111) !== 0) await chmod(target, 0o755);
  }
  again.close();
}

/** `link`: what a symbolic link says; an absolute one leads out wherever it stands. */
function leadsOut(name: string, link = name): boolean {
  const normal = path.posix.normalize(name);
  return link.startsWith("/") || normal === ".." || normal.startsWith("../") || link.includes("\\");
}

async function withoutXz(file: string, to: string, run: RunCommand): Promise<string> {
  const plain = `${to}.tar`;
  const result = await run(["sh", "-c", 'exec xz --decompress --stdout -- "$1" >"$2"', "sh", file, plain]);
  if (result.exitCode !== 0) throw refused(file, result.stderr.trim());
  return plain;
}

function refused(file: string, detail: string): QuintetError {
  return new QuintetError({
    message: `The archive ${file} is refused.`,
    exitCode: EXIT.usage,
    step: "Pack the application",
    detail,
    next: "Pack the application again, with relative paths and without links that lead out of it.",
  });
}
