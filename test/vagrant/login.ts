import { setTimeout as sleep } from "node:timers/promises";
import { type CommandResult, runCommand } from "../../src/command.ts";
import type { Workshop } from "./workshop.ts";

/** How Vagrant itself logs in to a machine. */
export interface Login {
  readonly user: string;
  readonly identity: string;
}

/** By machine, from `vagrant ssh-config`. */
export async function logins(workshop: Workshop): Promise<Map<string, Login>> {
  const { stdout, stderr, exitCode } = await workshop.vagrant("ssh-config");
  if (exitCode !== 0) throw new Error(stderr);
  const blocks = stdout.split(/^Host /m).slice(1);
  const value = (block: string, name: string) => new RegExp(`^ +${name} "?([^"\\n]+)`, "m").exec(block)?.[1] ?? "";
  return new Map(
    blocks.map((block) => [
      block.split("\n")[0] ?? "",
      { user: value(block, "User"), identity: value(block, "IdentityFile") },
    ]),
  );
}

/** A command on a machine, at its private address. Whose it is nobody has pinned yet: this is what comes before Quintet. */
export function on(address: string, { user, identity }: Login, command: string): Promise<CommandResult> {
  const options = ["BatchMode=yes", "ConnectTimeout=5", "StrictHostKeyChecking=no", "IdentitiesOnly=yes"];
  return runCommand(
    [
      ...["ssh", "-F", "none", "-q", "-o", "UserKnownHostsFile=/dev/null"],
      ...options.flatMap((option) => ["-o", option]),
      ...["-i", identity, `${user}@${address}`, command],
    ],
    { timeoutMs: 60_000 },
  );
}

const PATIENCE_ROUNDS = 300;

/** Reboots a machine from within; returns when it answers as started anew. */
export async function reboot(address: string, login: Login, started: string): Promise<void> {
  const before = await on(address, login, started);
  if (before.exitCode !== 0) throw new Error(before.stderr);
  await on(address, login, "sudo systemctl reboot");
  for (let round = 0; round < PATIENCE_ROUNDS; round += 1) {
    const now = await on(address, login, started);
    if (now.exitCode === 0 && now.stdout !== before.stdout) return;
    await sleep(200);
  }
  throw new Error(`${address} does not come back`);
}
