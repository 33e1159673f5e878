import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A program that prints what an environment variable of its caller holds: ssh-add and ansible-playbook read a secret
 * from the output of a program. So the secret itself is in no file and in no command line.
 */
export interface AnswerScript {
  readonly path: string;
  remove(): Promise<void>;
}

export async function makeAnswerScript(variable: string): Promise<AnswerScript> {
  const directory = await mkdtemp(join(tmpdir(), "quintet-"));
  const path = join(directory, "answer");
  // ssh-add asks for ever where the answer is wrong ("Bad passphrase, try again for …").
  const text = `#!/bin/sh\ncase "$1" in Bad*) exit 1 ;; esac\nprintf '%s\\n' "$${variable}"\n`;
  await writeFile(path, text, { mode: 0o700 });
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
}
