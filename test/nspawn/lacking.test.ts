import { expect, test } from "vitest";
import type { RunCommand } from "../../src/command.ts";
import { lackingForNspawn, requireTools } from "../../src/machines/nspawn/lacking.ts";
import { findResolver } from "../../src/machines/nspawn/resolver.ts";
import type { NspawnWorld } from "../../src/machines/nspawn/world.ts";
import { privileged } from "../../src/machines/privileged.ts";

/** A computer that has everything, but for what `answers` says of a command line's beginning. */
function computer(answers: Record<string, string | number>): { run: RunCommand; calls: string[] } {
  const complete = {
    "uname -s": "Linux\n",
    "sh -c": "",
    "test -e": "",
    "id -u": "0\n",
    "cat /proc/filesystems": "nodev\toverlay\n",
    "cat /proc/self/mounts": "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n",
    ...answers,
  };
  const calls: string[] = [];
  const run: RunCommand = async (argv) => {
    calls.push(argv.join(" "));
    const answer = Object.entries(complete).find(([start]) => argv.join(" ").startsWith(start))?.[1] ?? 1;
    const isFault = typeof answer === "number";
    return { exitCode: isFault ? answer : 0, stdout: isFault ? "" : answer, stderr: "" };
  };
  return { run, calls };
}

const worldOf = (run: RunCommand): NspawnWorld => ({
  run,
  isRoot: false,
  owner: undefined,
  cacheDirectory: "/cache",
  stateDirectory: "/state",
  hasSystemd: false,
  sleep: async () => undefined,
  command: (verb) => `quintet ${verb}`,
});

test.each([
  ["nothing", {}, []],
  [
    "another system",
    { "uname -s": "Darwin\n" },
    [
      {
        what: "Linux (this is Darwin)",
        mend: "Rehearse on a Linux computer or a Linux virtual machine.",
        isFinal: true,
      },
    ],
  ],
  [
    "commands",
    { "sh -c": "mmdebstrap\nnft\n" },
    [
      { what: "mmdebstrap", mend: "sudo apt-get install mmdebstrap" },
      { what: "nft", mend: "sudo apt-get install nftables" },
    ],
  ],
  [
    "Debian's keys",
    { "test -e": 1 },
    [{ what: "Debian's archive keys", mend: "sudo apt-get install debian-archive-keyring" }],
  ],
  ["nothing, with sudo", { "id -u": "1000\n", "sudo -n true": "" }, []],
  [
    "sudo",
    { "id -u": "1000\n", "sudo -n true": 1 },
    [{ what: "root, or sudo that asks for no password now", mend: "sudo -v" }],
  ],
  [
    "overlays",
    { "cat /proc/filesystems": "nodev\toverlayx\n\text4\n" },
    [{ what: "the overlay file system", mend: "sudo modprobe overlay" }],
  ],
  [
    "control groups",
    { "cat /proc/self/mounts": "cgroup /sys/fs/cgroup cgroup rw 0 0\n" },
    [{ what: "control groups version 2", mend: "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup" }],
  ],
])("a computer that lacks %s", async (_, answers, lacking) => {
  expect(await lackingForNspawn(computer(answers).run)).toEqual(lacking);
});

test("one error names all that is lacking", async () => {
  const { run } = computer({ "sh -c": "mmdebstrap\n", "id -u": "1000\n", "sudo -n true": 1 });
  await expect(requireTools(worldOf(run))).rejects.toMatchObject({
    fields: {
      message:
        "This computer cannot run rehearsal machines: it lacks mmdebstrap; root, or sudo that asks for no password now.",
      exitCode: 3,
      next: "sudo apt-get install mmdebstrap && sudo -v",
    },
  });
});

test("privileged commands go through sudo, unless we are root", async () => {
  const { run, calls } = computer({});
  await privileged({ run, isRoot: false })(["ip", "link"]);
  await privileged({ run, isRoot: true })(["ip", "link"]);
  expect(calls).toEqual(["sudo -n ip link", "ip link"]);
});

test("behind a stub resolver the real one is found", async () => {
  const { run } = computer({
    "cat /etc/resolv.conf": "nameserver 127.0.0.53\n",
    "cat /run/systemd/resolve/resolv.conf": "nameserver 192.0.2.53\n",
  });
  expect(await findResolver(worldOf(run))).toBe("nameserver 192.0.2.53\n");
});

test("a resolver on loopback alone is refused", async () => {
  const { run } = computer({ "cat /etc/resolv.conf": "nameserver 127.0.0.1\n" });
  await expect(findResolver(worldOf(run))).rejects.toMatchObject({
    fields: {
      message: "The machines would have no name server: this computer's own listens on loopback only.",
      exitCode: 3,
      next: "Name an IPv4 name server of your network in /etc/resolv.conf.",
    },
  });
});
