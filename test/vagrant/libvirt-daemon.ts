import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../src/command.ts";
import { must, privileged } from "../../src/machines/privileged.ts";

const asRoot = privileged({ run: runCommand, isRoot: process.getuid?.() === 0 });

const QEMU_CONF = "/etc/libvirt/qemu.conf";
/** The computer's own settings meanwhile: also a run that was killed gives them back, by the next one. */
const KEEP = '[ -e "$2" ] || cp --preserve "$1" "$2"';
const KEPT = `${QEMU_CONF}.before-quintet-test`;

/** What libvirt would ask of systemd and of control groups, on a computer that may have neither. */
const WITHOUT_SYSTEMD = `user = "root"
group = "root"
security_driver = "none"
remember_owner = 0
namespaces = []
cgroup_controllers = []
stdio_handler = "file"
`;

const DAEMONS = ["virtlogd", "libvirtd"] as const;
const PATIENCE_ROUNDS = 300;

export async function virsh(...words: readonly string[]): Promise<string> {
  return must(asRoot, ["virsh", "--connect", "qemu:///system", ...words], { doing: `virsh ${words.join(" ")}` });
}

async function answers(): Promise<boolean> {
  const { exitCode } = await asRoot(["virsh", "--connect", "qemu:///system", "version"]);
  return exitCode === 0;
}

/** Has libvirt answer: this computer's own, or where none runs, one for the tests. Gives what ends it, and all it made. */
export async function startLibvirt(): Promise<() => Promise<void>> {
  if (await answers()) return async () => {};
  const directory = await mkdtemp(join(tmpdir(), "quintet-libvirt-"));
  await must(asRoot, ["sh", "-c", KEEP, "sh", QEMU_CONF, KEPT], { doing: "keep libvirt's settings" });
  await must(asRoot, ["tee", QEMU_CONF], { doing: "set libvirt up" }, { input: WITHOUT_SYSTEMD });
  const stop = async () => {
    await removeNetworks();
    for (const daemon of DAEMONS.toReversed()) await end(join(directory, daemon));
    await must(asRoot, ["mv", KEPT, QEMU_CONF], { doing: "give libvirt's settings back" });
    await rm(directory, { recursive: true, force: true });
  };
  try {
    for (const daemon of DAEMONS) {
      await must(asRoot, [daemon, "--daemon", "--pid-file", join(directory, daemon)], { doing: `start ${daemon}` });
    }
    for (let round = 0; !(await answers()); round += 1) {
      if (round === PATIENCE_ROUNDS) throw new Error("libvirtd does not answer");
      await sleep(100);
    }
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Its networks have name servers of their own, which would go on without it. */
async function removeNetworks(): Promise<void> {
  if (!(await answers())) return;
  const names = (await virsh("net-list", "--name")).split("\n").filter((name) => name !== "");
  for (const name of names) await virsh("net-destroy", name);
}

async function end(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => ""));
  if (!pid) return;
  await asRoot(["kill", String(pid)]);
  for (let round = 0; (await asRoot(["kill", "-0", String(pid)])).exitCode === 0; round += 1) {
    if (round === PATIENCE_ROUNDS) throw new Error(`process ${pid} does not end`);
    await sleep(100);
  }
}
