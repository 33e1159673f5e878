import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse } from "yaml";
import { DEAD, HOSTS, Island } from "./island.ts";
import type { Terminal, TerminalOptions } from "./terminal.ts";

const QUINTET = join(import.meta.dirname, "../../quintet");
const [WEB1, WEB2, APP1, APP2, DB1] = HOSTS;
const ADDRESSES = { web1: WEB1, web2: WEB2, app1: APP1, app2: APP2, db1: DB1 };

let island: Island;
let terminal: Terminal;
beforeEach(() => {
  island = new Island();
  mkdirSync(join(island.home, "shop"));
});
afterEach(async () => {
  await terminal?.close();
  island.remove();
});

async function start(
  options: Partial<TerminalOptions> & { flags?: readonly string[]; knownHosts?: string } = {},
): Promise<Terminal> {
  // The account's own home is no place for a test's key.
  const env = { QUINTET_SSH_IDENTITY: island.key, ...options.env };
  terminal = await island.open([QUINTET, "init", ...(options.flags ?? [])], { ...options, env });
  return terminal;
}

/** Waits for the question, types, and goes on. */
async function answer(question: string | RegExp, text = ""): Promise<void> {
  await terminal.shows(question);
  await terminal.type(text);
  await terminal.press("Enter");
}

async function giveAddresses(addresses: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, address] of Object.entries(addresses)) await answer(`Which address has ${name},`, address);
}

async function begin(): Promise<void> {
  await answer("What is the stack called?", "shop");
  await answer("Which machine does what?");
}

/** From the SSH user to the review. */
async function giveTheRest(start = "node server.js", keys = "y"): Promise<void> {
  await answer("Who logs in", "");
  await answer("listen for SSH?", "");
  await answer("the machines' own keys?", keys);
  await answer(/Nothing there answers for/, "");
  await answer("Which name do visitors type?", "shop.example");
  await answer("Where is the application?", "./shop");
  await answer("Which command builds it?", "");
  await answer("Which command starts it?", start);
  await answer("Which of its directories", "");
  await answer("On which port does it listen?", "");
  await answer("can do its work?", "");
  await answer("Which database server?");
  await answer("What is the application's database called?", "");
  await answer("More settings?");
  await terminal.shows("Is this right?");
}

function written(name = "shop"): Record<string, unknown> {
  return parse(readFileSync(join(island.home, "inventories", name, "stack.yml"), "utf8"));
}

function drafts(): string[] {
  const directory = join(island.home, ".local/state/quintet");
  return existsSync(directory) ? readdirSync(directory) : [];
}

test("from nothing to a stack.yml, the facts of each host under the next question, and the command that does the same", async () => {
  await start();
  await begin();
  await answer("Which address has web1, the load balancer and web server?", WEB1);
  await terminal.shows("Which address has web2,");
  // The bound that is promised for a host that answers.
  await terminal.shows(/^ok {2}web1 .*(Debian|Ubuntu) .* CPU .*G RAM .*G free .*as root/m, 2_000);
  await giveAddresses({ web2: WEB2, app1: APP1, app2: APP2, db1: DB1 });
  await terminal.shows(/question 8 of 20/);
  await giveTheRest();
  const review = await terminal.shows("Write inventories/shop/stack.yml");
  expect(review).toMatch(/loadbalancer {3}web1, web2/);
  expect(drafts()).toHaveLength(1);
  await terminal.press("Enter");
  expect(await terminal.exitCode()).toBe(0);
  expect(written()).toMatchObject({
    name: "shop",
    hosts: { web1: { address: WEB1, tiers: ["loadbalancer", "web"] }, db1: { address: DB1, tiers: ["database"] } },
    virtual_ip: { address: "10.77.26.250" },
    site: { domain: "shop.example" },
    app: { source: "../../shop", runtime: "node", start: "node server.js" },
  });
  const pins = readFileSync(join(island.home, "inventories/shop/known_hosts"), "utf8");
  expect(pins).toBe(HOSTS.map((host) => island.knownHost(host)).join(""));
  expect(drafts()).toEqual([]);
  expect((await terminal.cursor()).shown).toBe(true);

  const [, line = ""] = /The same without questions: ([\s\S]*--yes)/.exec(await terminal.screen()) ?? [];
  const env = { HOME: island.home, PATH: process.env["PATH"] };
  const said = execFileSync("sh", ["-c", `${line.replaceAll("\n", " ")} 2>&1`], { cwd: island.home, env });
  expect(String(said)).toContain("says all this already");
}, 90_000);

test("every answer can be gone back to, and any can be changed on the last page", async () => {
  await start();
  await answer("What is the stack called?", "ship");
  await terminal.shows("Which machine does what?");
  await terminal.press("Escape");
  await terminal.shows(/called\?[\s\S]*> ship/);
  await terminal.press("BSpace", "BSpace");
  await answer(/> sh$/m, "op");
  await answer("Which machine does what?");
  await giveAddresses({ web1: WEB1, web2: WEB2 });
  await terminal.shows("Which address has app1,");
  await terminal.press("Escape");
  await terminal.shows(new RegExp(`web2,[\\s\\S]*> ${WEB2}`));
  await terminal.press("Escape");
  await terminal.shows(new RegExp(`web1,[\\s\\S]*> ${WEB1}`));
  await terminal.press("Enter");
  await answer("Which address has web2,");
  await giveAddresses({ app1: APP1, app2: APP2, db1: DB1 });
  // A bare Enter pins nothing.
  await giveTheRest(undefined, "");
  await terminal.type("site");
  await terminal.press("Enter");
  await terminal.shows(/visitors type\?[\s\S]*> shop\.example/);
  await terminal.press("C-u");
  await answer(/^>$/m, "other.example");
  await terminal.shows(/Is this right\?[\s\S]*Write/);
  await terminal.press("Enter");
  expect(await terminal.exitCode()).toBe(0);
  expect(written()).toMatchObject({ name: "shop", site: { domain: "other.example" } });
  expect(existsSync(join(island.home, "inventories/shop/known_hosts"))).toBe(false);
}, 90_000);

test("back from the first question leaves, and writes nothing", async () => {
  await start();
  await terminal.shows("What is the stack called?");
  await terminal.press("Escape");
  expect(await terminal.exitCode()).toBe(130);
  expect(await terminal.screen()).toContain("nothing was written");
  expect(existsSync(join(island.home, "inventories"))).toBe(false);
});

test("a dead address shows at once, and can be mended before it goes on", async () => {
  await start();
  await begin();
  await giveAddresses({ ...ADDRESSES, app2: DEAD });
  await terminal.shows(/^no {2}app2 +refuses SSH connections at 10\.77\.26\.66 port 22$/m);
  await answer("Who logs in", "");
  await answer("listen for SSH?", "");
  await terminal.shows("app2 is not ready");
  await terminal.type("change the address");
  await terminal.press("Enter");
  await terminal.shows(/Which address has app2,[\s\S]*> 10\.77\.26\.66/);
  await terminal.press("C-u");
  await answer(/^>$/m, APP2);
  await terminal.shows("Are these 5 the machines' own keys?");
}, 60_000);

test("who is not let in can name another user, look again, or go on regardless", async () => {
  await start({ flags: Object.entries(ADDRESSES).flatMap(([name, address]) => ["--host", `${name}=${address}`]) });
  await answer("What is the stack called?", "shop");
  await answer("Who logs in", "stranger");
  await answer("listen for SSH?", "");
  const table = await terminal.shows("5 hosts are not ready");
  expect(table).toMatch(/^no {2}db1 +The SSH key id_ed25519 is not accepted for the user stranger$/m);
  await terminal.press("Enter");
  await terminal.shows(/5 hosts are not ready/);
  await terminal.type("go on");
  await terminal.press("Enter");
  await terminal.shows("Which address shall the balancers share?");
  await terminal.press("Escape");
  await terminal.shows("listen for SSH?");
  await terminal.press("Escape");
  await terminal.shows(/Who logs in[\s\S]*> stranger/);
  await terminal.press("C-u");
  await answer(/^>$/m, "deploy");
  await answer("listen for SSH?", "");
  await terminal.shows("Are these 5 the machines' own keys?");
}, 60_000);

test("a key with a passphrase is unlocked on request, and an application proposes how it is started", async () => {
  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", island.key]);
  writeFileSync(join(island.home, "shop/package.json"), '{"scripts": {"start": "node shop.js"}}');
  const hosts = Object.entries(ADDRESSES).flatMap(([name, address]) => ["--host", `${name}=${address}`]);
  const flags = [...hosts, "--name", "shop", "--ssh-user", "deploy", "--ssh-port", "22", "--domain", "shop.example"];
  await start({ flags });
  expect(await terminal.shows("5 hosts are not ready")).toMatch(/The SSH key id_ed25519 has a passphrase/);
  await terminal.type("unlock");
  await terminal.press("Enter");
  await answer(/passphrase .*id_ed25519.*$/im, "open sesame");
  await answer("Are these 5 the machines' own keys?", "y");
  await answer(/Nothing there answers for/);
  await answer("Where is the application?", "./shopp");
  await terminal.shows("There is no directory ./shopp. Enter again takes it all the same.");
  await terminal.press("BSpace", "Enter");
  await answer("Which command builds it?");
  await terminal.shows(/starts it\?[\s\S]*> node shop\.js/);
}, 60_000);

test("keys that ssh knows already need no question, and a changed one is told of", async () => {
  const [type = "", key = ""] = readFileSync(`${island.key}.pub`, "utf8").split(" ");
  const knownHosts = HOSTS.map((host) => (host === DB1 ? `${host} ${type} ${key}\n` : island.knownHost(host))).join("");
  const hosts = Object.entries(ADDRESSES).flatMap(([name, address]) => ["--host", `${name}=${address}`]);
  await start({ flags: [...hosts, "--ssh-user", "deploy", "--ssh-port", "22", "--name", "shop"], knownHosts });
  const screen = await terminal.shows("db1 is not ready");
  expect(screen).toMatch(/host key of db1 .* has changed/);
  await terminal.type("go on");
  await terminal.press("Enter");
  await terminal.shows("Which address shall the balancers share?");
}, 60_000);

test.each([
  ["a list", `web1=${WEB1}\nweb2=${WEB2}\napp1=${APP1}\napp2=${APP2}\ndb1=${DB1}\n`],
  ["a hosts file", `# ours\n${WEB1} web1 web1.example\n${WEB2}\tweb2\n${APP1} app1\n${APP2} app2\n${DB1} db1\n`],
  [
    "an inventory in INI",
    `[web]\nweb1 ansible_host=${WEB1}\nweb2 ansible_host=${WEB2}\n[app]\napp1 ansible_host=${APP1}\napp2 ansible_host=${APP2}\n[db]\ndb1 ansible_host=${DB1}\n`,
  ],
  [
    "an inventory in YAML",
    `web:\n  hosts:\n    web1: {ansible_host: ${WEB1}}\n    web2: {ansible_host: ${WEB2}}\napp:\n  hosts:\n    app1: {ansible_host: ${APP1}}\n    app2: {ansible_host: ${APP2}}\ndb:\n  hosts:\n    db1: {ansible_host: ${DB1}}\n`,
  ],
])(
  "takes %s that is pasted, marked or not",
  async (_, text) => {
    for (const marked of [true, false]) {
      await start();
      await begin();
      await terminal.shows("Which address has web1,");
      await terminal.paste(text, { marked });
      const table = await terminal.shows("Take these 5 hosts?");
      expect(table).toMatch(/^db1 +10\.77\.26\.31/m);
      await terminal.press("Enter");
      await terminal.shows("Who logs in");
      await terminal.shows(/^ok {2}db1/m);
      await terminal.press("C-c");
      expect(await terminal.exitCode()).toBe(130);
      await terminal.close();
      execFileSync("rm", ["-rf", join(island.home, ".local")]);
    }
  },
  60_000,
);

test("takes an inventory by its path, and says so where there is none", async () => {
  writeFileSync(
    join(island.home, "hosts.ini"),
    `[lb]\nb1 ansible_host=${WEB1}\n[web]\nw1 ansible_host=${WEB2}\n[app]\na1 ansible_host=${APP1}\n[db]\nd1 ansible_host=${DB1}\n`,
  );
  await start();
  await begin();
  await answer("Which address has web1,", "./missing.ini");
  await answer("There is no file ./missing.ini.");
  await answer("Which address has web1,", "./hosts.ini");
  await answer("Take these 4 hosts?");
  await terminal.shows(/^ok {2}d1/m);
}, 60_000);

test("whoever places the hosts himself is asked for names and tiers until every tier has what it needs", async () => {
  await start({ flags: ["--name", "shop"] });
  await terminal.shows("Which machine does what?");
  await terminal.press("End");
  await answer("> Let me place them");
  await answer("What is host 1 called?", "edge");
  await terminal.shows("What is edge for?");
  await terminal.press("Enter");
  await terminal.shows("choose at least one with Space");
  await terminal.press("Space", "Down", "Space");
  await answer(/\[x\] web/);
  await answer("Which address has edge, the load balancer and web server?", WEB1);
  await answer("What is host 2 called?", "edge");
  await terminal.shows("There is a host edge already.");
  await terminal.press("C-u", "Enter");
  await terminal.shows("There is no host yet for: app, database.");
  for (const [index, [name, address]] of Object.entries({ app1: APP1, db1: DB1 }).entries()) {
    await answer(`What is host ${index + 2} called?`, name);
    // The name says it.
    await answer(new RegExp(`What is ${name} for\\?[\\s\\S]*\\[x\\]`));
    await answer(`Which address has ${name},`, address);
  }
  await answer("What is host 4 called?", "");
  await answer("edge is the only balancer", "edge2");
  await terminal.shows("What is edge2 for?");
  await terminal.press("Space");
  await answer("[x] loadbalancer");
  await answer("Which address has edge2,", WEB2);
  await answer("What is host 5 called?");
  await terminal.shows("Who logs in");
  await terminal.shows(/^ok {2}edge2/m);
}, 60_000);

test("a change of size in the middle loses nothing and leaves nothing behind", async () => {
  await start();
  await begin();
  await terminal.shows("Which address has web1,");
  await terminal.type("10.77.26.1");
  for (const [columns, rows] of [
    [60, 20],
    [40, 12],
    [132, 43],
    [80, 24],
  ] as const) {
    await terminal.resize(columns, rows);
    const screen = await terminal.shows(
      (text) => text.split("\n")[1] === "-".repeat(columns - 1) && text.includes("> 10.77.26.1"),
    );
    expect(screen.match(/Which address/g)).toHaveLength(1);
    expect(screen.split("\n").length).toBeLessThanOrEqual(rows);
    const { column, row } = await terminal.cursor();
    expect([column, screen.split("\n")[row]]).toEqual([12, "> 10.77.26.1"]);
  }
  await answer("> 10.77.26.1", "1");
  await terminal.shows(/^ok {2}web1/m);
}, 60_000);

test("Ctrl-C ends in order, and the next run goes on where it stopped", async () => {
  await start();
  await begin();
  await giveAddresses({ web1: WEB1, web2: WEB2 });
  await terminal.shows("Which address has app1,");
  await terminal.type("10.77");
  await terminal.press("C-c");
  expect(await terminal.exitCode()).toBe(130);
  const screen = await terminal.screen();
  expect(screen).toContain("Interrupted.");
  expect(screen).toContain("it goes on where this one ended");
  expect(screen).not.toMatch(/Which address|^ +at /m);
  expect((await terminal.cursor()).shown).toBe(true);
  await terminal.close();

  await start();
  await terminal.shows("You began the stack shop here a moment ago");
  await terminal.press("Enter");
  await terminal.shows("Which address has app1,");
  await terminal.shows(/^ok {2}web2/m);
  await terminal.press("Escape");
  await terminal.shows(new RegExp(`web2,[\\s\\S]*> ${WEB2}`));
  await terminal.press("Enter");
  await giveAddresses({ app1: APP1, app2: APP2, db1: DB1 });
  await giveTheRest();
  await terminal.press("Enter");
  expect(await terminal.exitCode()).toBe(0);
  expect(drafts()).toEqual([]);
}, 90_000);

test("Ctrl-C at a question of another verb ends that in order, too", async () => {
  const hosts = Object.entries(ADDRESSES).flatMap(([name, address]) => ["--host", `${name}=${address}`]);
  const app = ["--domain", "shop.example", "--app-source", "shop", "--app-start", "node ."];
  const login = ["--ssh-user", "deploy", "--ssh-identity", island.key];
  const flags = ["--name", "shop", ...hosts, "--virtual-ip", "10.77.26.250", ...app, ...login, "--yes"];
  const env = { HOME: island.home, PATH: process.env["PATH"] };
  execFileSync(QUINTET, ["init", ...flags], { cwd: island.home, env });
  terminal = await island.open([QUINTET, "check", "--stack", "shop"]);
  await terminal.shows("Are these the machines' own keys?");
  await terminal.press("C-c");
  expect(await terminal.exitCode()).toBe(130);
  const screen = await terminal.screen();
  expect(screen).toContain("Interrupted.");
  expect(screen).not.toMatch(/^ +at |ExitPromptError/m);
  await terminal.close();

  execFileSync("ssh-keygen", ["-q", "-p", "-P", "", "-N", "open sesame", "-f", island.key]);
  writeFileSync(
    join(island.home, "inventories/shop/known_hosts"),
    HOSTS.map((host) => island.knownHost(host)).join(""),
  );
  terminal = await island.open([QUINTET, "check", "--stack", "shop"]);
  await terminal.shows(/passphrase/i);
  await terminal.type("open");
  await terminal.shows(/\*{3}/);
  await terminal.press("C-c");
  expect(await terminal.exitCode()).toBe(130);
  expect(await terminal.screen()).not.toMatch(/^ +at |ExitPromptError/m);
}, 60_000);

test("Ctrl-Z gives the shell back, and fg the wizard as it was", async () => {
  terminal = await island.open(["bash", "--norc", "-i"]);
  await terminal.shows(/[#$]$/);
  await terminal.type(`${QUINTET} init --name shop`);
  await terminal.press("Enter");
  await answer("Which machine does what?");
  await terminal.shows("Which address has web1,");
  await terminal.type("10.77");
  await terminal.shows("> 10.77");
  await terminal.press("C-z");
  await terminal.shows(/Stopped[\s\S]*[#$]$/);
  await terminal.type("fg");
  await terminal.press("Enter");
  await terminal.shows("> 10.77");
  await terminal.type(".26.11");
  await terminal.shows("> 10.77.26.11");
  await terminal.press("C-c");
  await terminal.shows(/Interrupted\.[\s\S]*[#$]$/);
}, 60_000);

const HOSTILE = [
  "$(touch owned)",
  "'; touch owned; '",
  "{{ 7*7 }}",
  "<%= process.exit(9) %>",
  "na\\nme: x",
  "ш👍🏽é",
  "x".repeat(10_000),
];

test("hostile text is refused where it cannot be, kept as it is where it can, and never runs", async () => {
  await start();
  for (const text of HOSTILE) {
    await terminal.shows("What is the stack called?");
    await terminal.paste(text);
    await terminal.press("Enter");
    await terminal.shows(/Give lower-case letters|longer than/);
    await terminal.press("C-u");
    await terminal.shows(/^>$/m);
  }
  await terminal.paste("\x1b[31mred\x1b]0;title\x07\n\x1b[2J");
  await terminal.shows(/> .*red/);
  await terminal.press("C-u");
  await begin();
  await terminal.paste("not an address\x1b[2J");
  await terminal.press("Enter");
  await terminal.shows(/is not an address|signs that no address has/);
  await terminal.press("C-u");
  await giveAddresses(ADDRESSES);
  const command = `node "a b" '$(touch owned)' {{ x }} <%= 1 %> \`id\` 🙂 # ü`;
  await giveTheRest(command);
  await terminal.press("Enter");
  expect(await terminal.exitCode()).toBe(0);
  expect(written()).toMatchObject({ app: { start: command } });
  expect(readdirSync(island.home)).not.toContain("owned");
}, 90_000);

test("NO_COLOR is honoured, and colours are there without it", async () => {
  for (const env of [{ NO_COLOR: "1" }, { FORCE_COLOR: "" }] as const) {
    await start({ env });
    await terminal.shows("What is the stack called?");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for.
    const coloured = /\x1b\[[0-9;]*m/.test(await terminal.colours());
    expect(coloured).toBe(!("NO_COLOR" in env));
    await terminal.close();
  }
});
