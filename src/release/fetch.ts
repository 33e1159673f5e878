import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import type { Session } from "../remote/session.ts";
import { streamTool } from "./tool.ts";

/** The archive of an artifact, from a host that has it: `file` is there as a whole, or not at all. */
export async function fetchArchive(
  session: Session,
  tier: "app" | "web",
  artifact: string,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const partial = `${file}.fetching`;
  const stream = createWriteStream(partial);
  const written = new Promise<void>((resolve, reject) => {
    stream.on("error", reject).on("close", resolve);
  });
  try {
    const write = (line: string) => void stream.write(Buffer.from(line, "base64"));
    await Promise.race([
      streamTool(session, [tier, "give", artifact], write, signal).then(() => stream.end()),
      written, // too early: the disk is full
    ]);
    await written;
    await rename(partial, file);
  } finally {
    stream.destroy();
    await rm(partial, { force: true });
  }
}
