import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const script = readFileSync(join(import.meta.dirname, "../../templates/roles/host/files/confirm-rules.sh"), "utf8");

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-confirm-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** Runs it as Ansible does, with commands that only say how they were called; one that fails ends it there. */
function confirm(failing = "") {
  for (const name of ["systemctl", "cp", "mv", "nft"]) {
    const said = `echo "${name} $*" >>${directory}/calls\n[ "${name} $1" != '${failing}' ]\n`;
    writeFileSync(join(directory, name), `#!/bin/sh\n${said}`, { mode: 0o755 });
  }
  const { status } = spawnSync("/bin/sh", ["-es"], { input: script, env: { PATH: directory } });
  return { status, calls: readFileSync(join(directory, "calls"), "utf8").trimEnd().split("\n") };
}

const CONFIRMED = "/etc/quintet-firewall.confirmed.nft";
const STEPS = [
  "systemctl --quiet is-active quintet-firewall-revert.timer",
  `cp /etc/quintet-firewall.nft ${CONFIRMED}.new`,
  "systemctl stop quintet-firewall-revert.timer",
  `mv ${CONFIRMED}.new ${CONFIRMED}`,
  `nft -f ${CONFIRMED}`,
];

test("the way back is called off before the rules count as confirmed", () => {
  expect(confirm()).toEqual({ status: 0, calls: STEPS });
});

test("a disk that is full leaves the way back armed", () => {
  expect(confirm("cp /etc/quintet-firewall.nft")).toEqual({ status: 1, calls: STEPS.slice(0, 2) });
});

test("rules that have been taken back are not confirmed", () => {
  expect(confirm("systemctl --quiet")).toEqual({ status: 1, calls: STEPS.slice(0, 1) });
});
