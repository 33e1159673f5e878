import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { entriesFor, fingerprint, parseKnownHosts } from "../../src/remote/known-hosts.ts";
import { failing } from "./failing.ts";
import { eventsOf, quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { asRoot, copyOfStack, directory, hostNamed, inside, machines, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();

/** Hosts that do not let us in, or that we do not let talk to us. */
describe.skipIf(reason !== undefined)(`connecting${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("a host that cannot be reached", async () => {
    const stack = await sharedStack();
    const { address } = await hostNamed("app1");
    await machines.link(stack, "app1", "down");
    onTestFinished(() => machines.link(stack, "app1", "up"));
    await asRoot(["ip", "neighbour", "flush", "to", address]);
    const { errors, events } = await failing(3, ["apply", "--stack", directory]);
    expect(errors).toEqual([
      {
        message: `There is no route to app1 at ${address} port 2222.`,
        host: "app1",
        step: "connect",
        detail: `connect EHOSTUNREACH ${address}:2222`,
        exitCode: 3,
        next: "Correct its address in stack.yml, or start the machine.",
      },
    ]);
    expect(events.filter(({ type }) => type === "task")).toEqual([]);
  });

  test("a refused key", async () => {
    const copy = await copyOfStack();
    const key = join(copy, "..", "other");
    await runCommand(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key]);
    const file = join(copy, "stack.yml");
    await writeFile(file, (await readFile(file, "utf8")).replace(/identity: [^\s,}]+/, `identity: ${key}`));
    const { errors } = await failing(3, ["apply", "--stack", copy]);
    const stack = await sharedStack();
    expect(errors).toEqual(
      stack.hosts.map(({ name, address }) => ({
        message: `The SSH key ${key} is not accepted by ${name} for the user deploy.`,
        host: name,
        step: "connect",
        detail: "All configured authentication methods failed",
        exitCode: 3,
        next: `Add the public key to that user's ~/.ssh/authorized_keys on ${name}; try with: ssh -p 2222 deploy@${address}`,
      })),
    );
  });

  test("a changed host key: nobody logs in", async () => {
    const copy = await copyOfStack();
    const file = join(copy, "known_hosts");
    const name = `[${(await hostNamed("app1")).address}]:2222`;
    const pinned = await readFile(file, "utf8");
    const keyOf = (text: string) => entriesFor(parseKnownHosts(text), name).map(({ key }) => fingerprint(key));
    await runCommand(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(copy, "..", "other")]);
    const [type, other] = (await readFile(join(copy, "..", "other.pub"), "utf8")).split(" ");
    const others = pinned.split("\n").filter((line) => !line.startsWith(`${name} `));
    await writeFile(file, [`${name} ${type} ${other}`, ...others].join("\n"));

    const before = await logins("app1");
    const { errors } = await failing(3, ["apply", "--stack", copy]);
    expect(errors).toEqual([
      {
        message: `The host key of app1 (${name}) has changed: this may not be the machine that it was.`,
        host: "app1",
        step: "compare the host key",
        detail: `pinned: ${keyOf(await readFile(file, "utf8"))} (ssh-ed25519)\npresented: ${keyOf(pinned)} (ssh-ed25519)`,
        exitCode: 3,
        next: `Stop here unless you know that the machine was installed anew; then forget its old key: ssh-keygen -R '${name}' -f ${file}`,
      },
    ]);
    expect(await logins("app1")).toBe(before);
  });

  test("host keys that nobody has seen are shown, and pinned when the user says so", async () => {
    const copy = await copyOfStack();
    const home = await mkdtemp(join(tmpdir(), "quintet-home-"));
    onTestFinished(() => rm(home, { recursive: true }));
    const file = join(copy, "known_hosts");
    const pinned = await readFile(file, "utf8");
    await rm(file);
    const env = {
      HOME: home,
      XDG_DATA_HOME: process.env["XDG_DATA_HOME"] ?? join(process.env["HOME"] ?? "", ".local/share"),
    };
    const stack = await sharedStack();

    const before = await logins("app1");
    const run = await failing(3, ["apply", "--stack", copy], { env });
    expect(run.errors).toEqual([
      {
        message: "The host keys of web1, web2, app1, app2, db1 are not known yet.",
        step: "Pin the host keys",
        exitCode: 3,
        next: "Compare the fingerprints above, then run this in a terminal and say yes, or with --accept-host-keys.",
      },
    ]);
    const [table] = eventsOf(run, "table");
    const shown = parseKnownHosts(pinned).map(({ key }) => fingerprint(key));
    expect(table?.rows.map(([host, address, , key]) => [host, address, key])).toEqual(
      stack.hosts.map(({ name, address }, index) => [name, address, shown[index]]),
    );
    expect(await logins("app1")).toBe(before);

    const accepted = await quintet(["apply", "--accept-host-keys", "--stack", copy], { env });
    expect(accepted.exitCode).toBe(0);
    const keys = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => line.split(" ").slice(0, 3).join(" "))
        .sort();
    expect(keys(await readFile(file, "utf8"))).toEqual(keys(pinned));
  });
});

/** How often anybody has logged in to a host by SSH since it booted. */
async function logins(host: string): Promise<number> {
  return Number(await inside(host, "journalctl --boot --no-pager --output=cat | grep -c 'Accepted publickey' || true"));
}
