import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CONFIRM_RULES } from "../../src/ansible/failures.ts";
import { runCommand } from "../../src/command.ts";
import { loginArgv } from "../../src/machines/login.ts";
import { failing } from "./failing.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { copyOfStack, directory, hostNamed, inside, meanwhile, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();
const rulesOf = (host: string) => `roles/host/files/${host}.nft`;
/** From the load until the machine goes back, and some time for busy machines. */
const BOUND_MS = 75_000;
/** That and the runs around it, on a busy computer. */
const BUSY_MS = 400_000;

describe.skipIf(reason !== undefined)(`the packet filter${reason === undefined ? "" : `: ${reason}`}`, () => {
  // Side by side: either waits for a minute.
  test(
    "rules that lock us out are taken back by the machine itself, and said so, also when the run is gone",
    async () => {
      await Promise.all([lockedOutByRun("web2"), lockedOutByRunThatIsGone("web1")]);
    },
    BUSY_MS,
  );

  test("good rules that nobody confirmed are tried again", async () => {
    const stack = await withRules("web2", (rules) =>
      rules.replace("tcp dport 8080 accept", "tcp dport { 8080, 8081 } accept"),
    );
    const rules = await readFile(join(stack, rulesOf("web2")), "utf8");
    await inside("web2", `cat >/etc/quintet-firewall.nft <<'RULES'\n${rules}RULES`);
    expect(await playbook(stack, "web2")).toMatch(/^web2 +: ok=\d+ +changed=[1-9]\d* +unreachable=0 +failed=0 /m);
    expect(await inside("web2", "nft list table inet quintet")).toContain("8081");
    expect(await inside("web2", "cmp /etc/quintet-firewall.nft /etc/quintet-firewall.confirmed.nft")).toBe("");
    expect(await playbook(directory, "web2")).toMatch(/^web2 +: ok=\d+ +changed=[1-9]\d* +unreachable=0 +failed=0 /m);
    expect(await inside("web2", "nft list table inet quintet")).not.toContain("8081");
  });
});

async function lockedOutByRun(host: string): Promise<void> {
  const before = await inside(host, "nft list table inet quintet");
  await meanwhile(host, FOREIGN, "nft delete table inet theirs");
  const foreign = await inside(host, "nft list table inet theirs");
  const stack = await withRules(host, lockingOut);

  const { errors } = await failing(4, ["apply", "--limit", host, "--stack", stack]);
  const loaded = performance.now();
  expect(errors).toEqual([
    expect.objectContaining({
      host,
      step: `host: ${CONFIRM_RULES}`,
      message: expect.stringContaining("lets no new SSH connection in under its new packet filter rules"),
      next: expect.stringContaining("firewall.ssh_from in stack.yml"),
    }),
  ]);
  expect(await letsIn(host)).toBe(false);
  await expect.poll(() => letsIn(host), { timeout: BOUND_MS, interval: 500 }).toBe(true);
  expect(performance.now() - loaded).toBeLessThan(BOUND_MS);
  expect(await inside(host, "nft list table inet quintet")).toBe(before);

  // The rules as they should be: confirmed, and nothing is left armed.
  expect(await playbook(directory, host)).toMatch(/^web\d +: ok=\d+ +changed=[1-9]\d* +unreachable=0 +failed=0 /m);
  expect(await playbook(directory, host)).toMatch(/^web\d +: ok=\d+ +changed=0 +unreachable=0 +failed=0 /m);
  expect(await inside(host, "nft list table inet quintet")).toBe(before);
  expect(await inside(host, "nft list table inet theirs")).toBe(foreign);
  expect(await armed(host)).toBe("");
}

/** Gone right after it had the rules loaded; the next good one passes. */
async function lockedOutByRunThatIsGone(host: string): Promise<void> {
  const before = await inside(host, "nft list table inet quintet");
  const stack = await withRules(host, lockingOut);
  // As far as a run gets that is killed after it wrote the rules and had them loaded.
  const rules = await readFile(join(stack, rulesOf(host)), "utf8");
  await inside(host, `cat >/etc/quintet-firewall.nft <<'RULES'\n${rules}RULES\nsystemctl reload quintet-firewall`);
  expect(await letsIn(host)).toBe(false);
  expect(await armed(host)).toContain("quintet-firewall-revert.timer");
  await expect.poll(() => letsIn(host), { timeout: BOUND_MS, interval: 500 }).toBe(true);
  expect(await inside(host, "nft list table inet quintet")).toBe(before);

  // A reboot would not bring them back either.
  expect(await inside(host, "systemctl restart quintet-firewall; nft list table inet quintet")).toBe(before);
  expect(await playbook(directory, host)).toMatch(/^web\d +: ok=\d+ +changed=[1-9]\d* +unreachable=0 +failed=0 /m);
  expect(await inside(host, "nft list table inet quintet")).toBe(before);
  expect(await armed(host)).toBe("");
}

/** Somebody else's rules beside ours. */
const FOREIGN = `nft add table inet theirs
nft add chain inet theirs input '{ type filter hook input priority 10; policy accept; }'
nft add rule inet theirs input tcp dport 9 drop`;

function lockingOut(rules: string): string {
  return rules.replace(/tcp dport \d+ accept comment "SSH"/, "ip saddr 192.0.2.1 $&");
}

/** A copy of the stack directory whose rules for a host were edited by hand. */
async function withRules(host: string, edit: (rules: string) => string): Promise<string> {
  const stack = await copyOfStack();
  const file = join(stack, rulesOf(host));
  const rules = await readFile(file, "utf8");
  expect(edit(rules)).not.toBe(rules);
  await writeFile(file, edit(rules));
  return stack;
}

/** Plain ansible-playbook, on one host; gives what it said. */
async function playbook(stack: string, limit: string): Promise<string> {
  const program = join(import.meta.dirname, "../../.venv/bin/ansible-playbook");
  const password = join(stack, ".sudo_password");
  const { stdout, stderr } = await runCommand([program, "--limit", limit, "site.yml"], {
    cwd: stack,
    env: existsSync(password) ? { ANSIBLE_BECOME_PASSWORD_FILE: password } : {},
  });
  return stdout + stderr;
}

/** Whether the host lets a new SSH connection in. */
async function letsIn(host: string): Promise<boolean> {
  const [ssh = "", ...words] = loginArgv(await sharedStack(), await hostNamed(host), "true");
  const result = await runCommand([ssh, "-oConnectTimeout=1", ...words]);
  return result.exitCode === 0;
}

/** The timer that would take rules back, while it is armed. */
function armed(host: string): Promise<string> {
  return inside(host, "systemctl list-units --plain --no-legend 'quintet-firewall-revert.*'");
}
