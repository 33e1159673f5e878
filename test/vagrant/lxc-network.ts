import { existsSync } from "node:fs";
import { runCommand } from "../../src/command.ts";
import { must, privileged } from "../../src/machines/privileged.ts";

const asRoot = privileged({ run: runCommand, isRoot: process.getuid?.() === 0 });

const PROGRAM = "/usr/libexec/lxc/lxc-net";

/** The network that LXC gives its containers; on a computer without systemd nobody has started it. Gives what ends it. */
export async function startLxcNetwork(): Promise<() => Promise<void>> {
  if (existsSync("/sys/class/net/lxcbr0")) return async () => {};
  await must(asRoot, [PROGRAM, "start"], { doing: "start LXC's network" });
  return async () => void (await must(asRoot, [PROGRAM, "stop"], { doing: "stop LXC's network" }));
}
