import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type RunCommand, runCommand } from "../../src/command.ts";
import { bringBack, keepBlank } from "../../src/machines/vagrant/keep.ts";

test("a container's blank root is kept beside it, also a second time, and comes back", async () => {
  const directory = await mkdtemp(join(tmpdir(), "quintet-keep-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const root = join(directory, "lxc/web1/rootfs");
  await mkdir(root, { recursive: true });
  await mkdir(join(directory, "bin"));
  // What LXC says of the container, and what it is told.
  const lxcInfo = `case $* in *rootfs*) echo dir:${root} ;; *) echo STOPPED ;; esac`;
  for (const [name, text] of [
    ["lxc-info", lxcInfo],
    ["lxc-start", `echo "$*" >>${directory}/started`],
  ] as const) {
    await writeFile(join(directory, "bin", name), `#!/bin/sh\n${text}\n`);
    await chmod(join(directory, "bin", name), 0o755);
  }
  const PATH = `${join(directory, "bin")}:${process.env["PATH"]}`;
  const asRoot: RunCommand = (argv, options) => runCommand(argv, { ...options, env: { PATH } });
  const vagrant = async () => Promise.reject(new Error("Vagrant has no snapshots of containers"));
  const keeping = { provider: "lxc", vagrant, asRoot, ids: new Map([["web1", "quintet-shop.web1"]]) } as const;
  const file = join(root, "state");

  await writeFile(file, "half made");
  await keepBlank(keeping, "web1");
  await writeFile(file, "blank");
  await keepBlank(keeping, "web1");
  await writeFile(file, "installed");
  await writeFile(join(root, "more"), "");
  await bringBack(keeping, "web1");

  expect(await readFile(file, "utf8")).toBe("blank");
  await expect(readFile(join(root, "more"))).rejects.toThrow("ENOENT");
  expect(await readFile(join(directory, "started"), "utf8")).toBe("-n quintet-shop.web1\n");
});
