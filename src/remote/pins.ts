import { appendFile, mkdir, readFile } from "node:fs/promises";
import path from "node:path";

/** Adds lines to the known_hosts of a stack directory, whose last line may lack its end. */
export async function addPins(directory: string, lines: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const file = path.join(directory, "known_hosts");
  const before = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  await appendFile(file, before === "" || before.endsWith("\n") ? lines : `\n${lines}`);
}
