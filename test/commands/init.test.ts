import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Answers } from "../../src/answers/answers.ts";
import { stackText } from "../../src/answers/write.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { type Guide, type InitOptions, initCommand } from "../../src/commands/init.ts";
import { EXIT, QuintetError, type QuintetErrorFields } from "../../src/errors.ts";
import type { Event } from "../../src/events.ts";
import { SHOP } from "../answers/typed.ts";
import { fakeContext } from "./context.ts";

let cwd: string;
let events: Event[];
beforeEach(async () => {
  cwd = await mkdtemp(path.join(tmpdir(), "quintet-init-"));
  events = [];
});
afterEach(() => rm(cwd, { recursive: true }));

const FLAGS = {
  name: "shop",
  host: ["web1=10.0.0.11", "web2=10.0.0.12", "app1=10.0.0.21", "app2=10.0.0.22", "db1=10.0.0.31"],
  virtualIp: "10.0.0.100",
  domain: "shop.example",
  appSource: "./shop",
  appStart: "node server.js",
};

const init = (options: object, changes: Partial<CommandContext> = {}, guide?: Guide) =>
  initCommand(options as InitOptions, fakeContext(cwd, events, changes), guide);

const refused = async (run: Promise<void>): Promise<QuintetErrorFields> => {
  const error = await run.then(() => undefined).catch((cause: unknown) => cause);
  if (error instanceof QuintetError) return error.fields;
  throw error ?? new Error("It was not refused.");
};

const written = (name = "shop") => readFile(path.join(cwd, "inventories", name, "stack.yml"), "utf8");
const result = () => events.find((event) => event.type === "result");
const warnings = () => events.flatMap((event) => (event.type === "warning" ? [event.message] : []));

test("flags write the stack.yml, with paths as seen from there", async () => {
  await init(FLAGS);
  const directory = path.join(cwd, "inventories/shop");
  expect(await written()).toBe(stackText({ ...SHOP, "app-source": "../../shop" }));
  expect(await readdir(directory)).toEqual(["stack.yml"]);
  expect(result()).toMatchObject({
    verb: "init",
    status: "passed",
    text: ["inventories/shop/stack.yml is written.", "Next: quintet check --stack shop"],
    data: { file: path.join(directory, "stack.yml"), name: "shop", written: true },
  });
});

test("the environment does the same", async () => {
  const { host, ...flags } = FLAGS;
  await init(
    { ...flags, appStart: undefined },
    { env: { QUINTET_HOSTS: host.join(" "), QUINTET_APP_START: "node server.js" } },
  );
  expect(await written()).toBe(stackText({ ...SHOP, "app-source": "../../shop" }));
});

test("--stack says where, and a name says what the stack is called", async () => {
  await init({ ...FLAGS, name: undefined, stack: "other" });
  expect(await written("other")).toContain("\nname: other\n");
  await init({ ...FLAGS, stack: "./here" });
  expect(await readFile(path.join(cwd, "here/stack.yml"), "utf8")).toContain("\nname: shop\n");
  expect(events.at(-1)).toMatchObject({ text: [expect.any(String), "Next: quintet check --stack ./here"] });
});

test("all that is missing and all that is wrong is said at once, each with its flag and variable", async () => {
  const { virtualIp: _, ...flags } = FLAGS;
  const error = await refused(init({ ...flags, appPort: "80", domain: "shop", dabase: "x" }));
  expect(error).toEqual({
    message: "1 answer is missing, 2 things cannot be right.",
    exitCode: EXIT.usage,
    step: "Describe the stack",
    detail: [
      "--virtual-ip (QUINTET_VIRTUAL_IP) is missing: Which address shall the balancers share?",
      "--domain (QUINTET_DOMAIN) cannot be right: shop is not allowed here. Give a domain name in lower case such as shop.example.",
      "--app-port (QUINTET_APP_PORT) cannot be right: Port 80 is below 1024: only root may open it, and the application does not run as root. Give a port from 1024 to 65535, such as 3000.",
    ].join("\n"),
    next: "Give them by flags, environment variables or --from FILE; in a terminal, quintet init asks.",
  });
  expect(await readdir(cwd)).toEqual([]);
});

test("a name cannot lead out of inventories/", async () => {
  const error = await refused(init({ ...FLAGS, name: "../../etc" }));
  expect(error.detail).toContain("--name (QUINTET_NAME) cannot be right: ../../etc is not allowed here.");
});

test("what is there already and says something else stays, unless --overwrite or a yes says otherwise", async () => {
  await init(FLAGS);
  const first = await written();
  await init(FLAGS);
  expect(events.at(-1)).toMatchObject({
    text: ["inventories/shop/stack.yml says all this already.", expect.any(String)],
  });
  const other = { ...FLAGS, domain: "other.example" };
  expect(await refused(init(other))).toMatchObject({
    message: "inventories/shop/stack.yml is there already, and says something else.",
    exitCode: EXIT.usage,
    next: expect.stringContaining("--overwrite"),
  });
  const asked: string[] = [];
  const say = (answer: boolean) => ({
    ask: {
      confirm: async (question: string) => asked.push(question) > 0 && answer,
      secret: async () => "",
    },
  });
  await refused(init(other, say(false)));
  expect(await written()).toBe(first);
  await init(other, say(true));
  expect(await written()).toContain("other.example");
  await init({ ...FLAGS, overwrite: true });
  expect(await written()).toBe(first);
  expect(asked).toEqual(
    Array(2).fill("inventories/shop/stack.yml is there already and says something else. Replace it?"),
  );
});

test("an inventory says the hosts, flags say the rest and go over it", async () => {
  await writeFile(
    path.join(cwd, "hosts.ini"),
    "[web]\nweb1 ansible_host=10.0.0.11\nweb2 ansible_host=10.0.0.12\n[app]\napp1 ansible_host=10.0.0.21\napp2\n[db]\ndb1 ansible_host=10.0.0.31\n[x]\nmon ansible_host=10.0.0.9\n",
  );
  await init({ ...FLAGS, from: "hosts.ini", host: ["app2=10.0.0.22"] });
  expect(await written()).toBe(stackText({ ...SHOP, "app-source": "../../shop" }));
  expect(warnings()).toEqual([
    "hosts.ini: web1 and web2 carry the balancers, as in the layout of five machines.",
    "hosts.ini:10: Nothing says what mon is for; left out. To have it in the stack, say its tiers: mon=10.0.0.9,tiers=web.",
  ]);
});

test("a stack.yml is taken as it is, comments and all", async () => {
  const text = `# Ours.\n${stackText(SHOP)}`;
  await mkdir(path.join(cwd, "old"));
  await writeFile(path.join(cwd, "old/stack.yml"), text);
  await init({ from: "old/stack.yml" });
  expect(await written()).toBe(text);
  expect(warnings()).toEqual([
    `Relative paths of old/stack.yml begin at ${cwd}/inventories/shop now: the application is looked for in ${cwd}/inventories/shop/shop.`,
  ]);
});

test("flags change a stack.yml that is taken", async () => {
  await writeFile(path.join(cwd, "stack.yml"), `# Ours.\n${stackText(SHOP)}`);
  await init({ from: "stack.yml", name: "other", appSource: "./x", host: ["app3=10.0.0.23,tiers=app"] });
  const text = await written("other");
  expect(text).toMatch(/^# Ours\.\n/);
  expect(text).toContain("app3: { address: 10.0.0.23, tiers: [app] }");
  expect(text).toContain("source: ../../x");
  expect(warnings()).toEqual([]);
});

test.each<[what: string, text: string, message: string]>([
  ["a stack.yml with faults", stackText({ ...SHOP, "app-port": "80" }), "One thing in from cannot be right."],
  ["no YAML", "name: [", "One thing in from cannot be right."],
  ["nothing", "", "No host could be read in from."],
  ["something else", "2 apples", "No host could be read in from."],
])("--from of %s is refused", async (_, text, message) => {
  await writeFile(path.join(cwd, "from"), text);
  expect(await refused(init({ ...FLAGS, from: "from", name: undefined }))).toMatchObject({
    message,
    exitCode: EXIT.usage,
  });
  expect(await readdir(cwd)).toEqual(["from"]);
});

test("--from of a file that is not there is refused", async () => {
  expect(await refused(init({ from: "nowhere" }))).toMatchObject({
    message: "nowhere cannot be read.",
    exitCode: EXIT.usage,
  });
});

const ASK = { confirm: async () => false, secret: async () => "" };

test("in a terminal, a person is asked for the rest", async () => {
  const given: Answers[] = [];
  let finished = false;
  const guide: Guide = async (answers) => {
    given.push(answers);
    return {
      answers: { ...SHOP, name: "asked" },
      hostKeys: "[10.0.0.11]:22 key\n",
      finished: async () => {
        finished = true;
      },
    };
  };
  await init({ domain: "shop.example" }, { ask: ASK }, guide);
  expect(given).toEqual([{ domain: "shop.example" }]);
  expect(finished).toBe(true);
  expect(await readFile(path.join(cwd, "inventories/asked/known_hosts"), "utf8")).toBe("[10.0.0.11]:22 key\n");
  expect(result()?.text).toContainEqual(
    expect.stringMatching(/^The same without questions: quintet init --name asked .* --yes$/),
  );
});

test("who leaves before the end has written nothing", async () => {
  const error = await refused(init({}, { ask: ASK }, async () => undefined));
  expect(error).toMatchObject({ message: "You left before the end: nothing was written.", exitCode: EXIT.interrupted });
  expect(await readdir(cwd)).toEqual([]);
});

test("with --yes, or where nobody can be asked, nobody is", async () => {
  const guide: Guide = async () => {
    throw new Error("nobody was to be asked");
  };
  await init(FLAGS, { ask: undefined }, guide);
  expect(await written()).toContain("name: shop");
});

test("a directory that cannot be written is said", async () => {
  await writeFile(path.join(cwd, "inventories"), "");
  expect(await refused(init(FLAGS))).toMatchObject({
    message: expect.stringMatching(/stack\.yml cannot be (read|written)\.$/),
  });
});
