import path from "node:path";
import { z } from "zod";
import { readIfThere, writeAtomically } from "./files.ts";
import type { FirstRelease } from "./locals.ts";

/** In the stack directory, for version control: what the hosts run, as far as is known here. */
const RECORD = "release.json";

const record = z.object({
  release: z.string().regex(/^[1-9]\d*$/),
  artifact: z.string().regex(/^[0-9a-f]{12}$/),
  revision: z.string().optional(),
  runtime: z
    .string()
    .regex(/^node-[\d.]+$/)
    .optional(),
});

/** One that cannot be read is as good as none: the hosts know better. */
export async function readReleaseRecord(directory: string): Promise<FirstRelease | undefined> {
  const text = await readIfThere(path.join(directory, RECORD));
  if (text === undefined) return undefined;
  try {
    return record.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export async function writeReleaseRecord(directory: string, release: FirstRelease): Promise<void> {
  await writeAtomically(path.join(directory, RECORD), `${JSON.stringify(record.parse(release), null, 2)}\n`, 0o644);
}
