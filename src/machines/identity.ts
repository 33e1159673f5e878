import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { type Stack, SUDO_PASSWORD_FILE } from "../stack/stack.ts";
import { must } from "./privileged.ts";
import type { MachinesWorld } from "./world.ts";

/** Makes the key pairs that stack.yml names and that are missing; gives each host's public key, by host name. */
export async function ensureIdentities(world: MachinesWorld, stack: Stack): Promise<Map<string, string>> {
  const byPath = new Map<string, string>();
  const byHost = new Map<string, string>();
  for (const { name, ssh } of stack.hosts) {
    if (ssh.identity === undefined) {
      throw new QuintetError({
        message: `stack.yml names no key for ${name}, so nobody could log in to its machine.`,
        exitCode: EXIT.preflight,
        host: name,
        step: "machines",
        next: "Add `identity: ./id_ed25519` to ssh in stack.yml; the key is made with the machines.",
      });
    }
    const key = byPath.get(ssh.identity) ?? (await ensureKey(world, ssh.identity));
    byPath.set(ssh.identity, key);
    byHost.set(name, key);
  }
  return byHost;
}

/** The password that sudo asks for on the machines, where one does; made when it is missing. */
export async function ensureSudoPassword(world: MachinesWorld, stack: Stack): Promise<string | undefined> {
  if (stack.hosts.every((host) => host.machine.sudo === "passwordless")) return undefined;
  const file = join(stack.directory, SUDO_PASSWORD_FILE);
  if (!(await exists(file))) {
    await writeFile(file, `${randomBytes(18).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    if (world.owner !== undefined) await chown(file, world.owner.uid, world.owner.gid);
  }
  return (await readFile(file, "utf8")).trim();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Gives the public key, with its newline. */
async function ensureKey(world: MachinesWorld, path: string): Promise<string> {
  const doing = { doing: `make the key ${path}` };
  if (!(await exists(path))) {
    await mkdir(dirname(path), { recursive: true }).catch(() => undefined); // ssh-keygen says what is wrong
    await must(world.run, ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "quintet", "-f", path], doing);
    await chmod(path, 0o600);
    for (const file of [path, `${path}.pub`]) {
      if (world.owner !== undefined) await chown(file, world.owner.uid, world.owner.gid);
    }
  }
  if (await exists(`${path}.pub`)) return readFile(`${path}.pub`, "utf8");
  return must(world.run, ["ssh-keygen", "-y", "-P", "", "-f", path], { doing: `read the key ${path}` });
}
