import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nspawnMachines } from "../../src/machines/nspawn/nspawn.ts";
import { ranBy } from "../../src/machines/rehearsed.ts";
import type { Stack } from "../../src/stack/stack.ts";
import { computer } from "../providers/world.ts";
import { host, stack } from "./example.ts";

let shop: Stack;
beforeEach(async () => {
  const directory = await mkdtemp(join(tmpdir(), "quintet-mark-"));
  await writeFile(join(directory, "id"), "PRIVATE");
  await writeFile(join(directory, "id.pub"), "ssh-ed25519 USER quintet\n");
  const ssh = { user: "deploy", port: 22, identity: join(directory, "id") };
  shop = { ...stack([host("web1", "10.77.9.11", ssh)]), directory };
});
afterEach(() => rm(shop.directory, { recursive: true }));

const LINUX = {
  "uname -s": "Linux\n",
  "id -u": "0\n",
  "cat /proc/filesystems": "nodev\toverlay\n",
  "cat /proc/self/mounts": "cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n",
  "cat /etc/resolv.conf": "nameserver 192.0.2.53\n",
  "ip -json": "[]",
};

function machines(answers: Parameters<typeof computer>[0] = {}) {
  const { world, lines } = computer({ ...LINUX, ...answers });
  return { ...nspawnMachines({ ...world, stateDirectory: "/state", hasSystemd: true }), lines };
}

test("machines are known by their stack also where their bridge is gone, until they are removed", async () => {
  expect(await ranBy(shop)).toBeUndefined();
  const half = machines({ "mkdir -p -m 0700 /state": 1 });
  await expect(half.up(shop, () => {})).rejects.toThrow("This computer cannot make /state.");
  expect(await ranBy(shop)).toBe("systemd-nspawn");
  expect(await ranBy({ ...shop, name: "copy" })).toBeUndefined();
  await expect(machines({ "rm -rf": 1 }).down(shop, () => {})).rejects.toThrow("cannot remove the machines");
  expect(await ranBy(shop)).toBe("systemd-nspawn");
  await machines().down(shop, () => {});
  expect(await ranBy(shop)).toBeUndefined();
});

test("nothing is noted where this computer lacks something", async () => {
  await expect(machines({ "cat /proc/filesystems": "" }).up(shop, () => {})).rejects.toThrow("the overlay file system");
  expect(await ranBy(shop)).toBeUndefined();
});

test("machines can be removed where they could not be made any more, but not without what that takes", async () => {
  const { down, lines } = machines({ "cat /proc/filesystems": "", "sh -c PATH": "mmdebstrap\n" });
  await down(shop, () => {});
  expect(lines()).toContain("rm -rf --one-file-system /state/shop");
  await expect(machines({ "sh -c PATH": "nft\n" }).down(shop, () => {})).rejects.toThrow("it lacks nft");
});
