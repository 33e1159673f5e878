import { access } from "node:fs/promises";
import type { RunCommand } from "../command.ts";

export interface PackWorld {
  readonly run: RunCommand;
  readonly signal: AbortSignal;
  /** Hears what the build prints. */
  readonly onLine?: (line: string) => void;
}

export async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
