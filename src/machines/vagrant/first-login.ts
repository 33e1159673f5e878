import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { must } from "../privileged.ts";
import { type Preparation, prepareScript } from "./prepare.ts";
import type { VagrantWorld } from "./world.ts";

/** As Vagrant's own user, the way that Vagrant says. `file`: what `vagrant ssh-config` printed. */
export function firstLoginArgv(file: string, host: string): string[] {
  // Debian's sudo is found by its name also by a shell that reads nobody's settings.
  return ["ssh", "-F", file, "-o", "BatchMode=yes", "-o", "ConnectTimeout=20", host, "sudo -n sh -s"];
}

/** Makes the machine its host; gives the public host key that it made on this occasion. */
export async function prepareMachine(
  world: VagrantWorld,
  sshConfig: string,
  preparation: Preparation,
): Promise<string> {
  const { host } = preparation;
  const directory = await mkdtemp(join(tmpdir(), "quintet-"));
  try {
    const file = join(directory, "ssh_config");
    await writeFile(file, sshConfig);
    const doing = { doing: `prepare the machine of ${host.name} over SSH`, host: host.name };
    const input = prepareScript(preparation);
    const printed = await must(world.run, firstLoginArgv(file, host.name), doing, { input, timeoutMs: LIMIT_MS });
    const key = printed.split("\n").findLast((line) => line.startsWith("ssh-ed25519 "));
    return key ?? (await must(world.run, ["false"], doing));
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** An emulated machine makes its keys in half a minute. */
const LIMIT_MS = 300_000;
