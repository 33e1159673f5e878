import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadStack } from "../../src/commands/load-stack.ts";
import { QuintetError } from "../../src/errors.ts";
import type { Event } from "../../src/events.ts";
import { stackText } from "../stack/example.ts";
import { fakeContext, PACKAGE_ROOT } from "./context.ts";

let here: string;
let events: Event[];
beforeEach(async () => {
  here = await mkdtemp(join(tmpdir(), "quintet-load-"));
  events = [];
});
afterEach(() => rm(here, { recursive: true }));

/** Writes a stack.yml into a directory of `here` ("" for itself). */
async function put(directory: string, text = stackText()): Promise<string> {
  await mkdir(join(here, directory), { recursive: true });
  await writeFile(join(here, directory, "stack.yml"), text);
  return join(here, directory);
}

const load = (name: string | undefined, cwd = here) => loadStack(name, fakeContext(cwd, events));

async function fault(name: string | undefined) {
  const error = await load(name).catch((thrown: unknown) => thrown);
  if (!(error instanceof QuintetError)) throw new Error(`no QuintetError but ${error}`);
  expect(error.fields.exitCode).toBe(2);
  return error.fields;
}

describe("where a stack is found", () => {
  test("the directory that the user stands in", async () => {
    await put("inventories/other");
    expect((await load(undefined, await put(""))).directory).toBe(here);
  });

  test("the only one in inventories/", async () => {
    await mkdir(join(here, "inventories/empty"), { recursive: true });
    const directory = await put("inventories/shop");
    expect((await load(undefined)).directory).toBe(directory);
  });

  test("a name is one of inventories/, also where the user stands in another", async () => {
    await put("");
    const directory = await put("inventories/shop");
    expect((await load("shop")).directory).toBe(directory);
  });

  test.each(["./elsewhere", "elsewhere/", "elsewhere/../elsewhere"])("a path: %s", async (name) => {
    const directory = await put("elsewhere");
    expect((await load(name)).directory).toBe(directory);
  });

  test("an absolute path, and a dot", async () => {
    const directory = await put("elsewhere");
    expect((await load(directory, tmpdir())).directory).toBe(directory);
    expect((await load(".", directory)).directory).toBe(directory);
    expect((await load("..", join(directory, "files"))).directory).toBe(directory);
  });
});

describe("where there is none", () => {
  test("no stack at all", async () => {
    expect(await fault(undefined)).toMatchObject({
      message: "There is no stack here.",
      next: "Describe one with quintet init, or name one with --stack NAME (inventories/NAME/stack.yml) or --stack DIRECTORY.",
    });
  });

  test("more than one", async () => {
    await put("inventories/shop");
    await put("inventories/blog");
    expect(await fault(undefined)).toMatchObject({
      message: "There is more than one stack here: blog, shop.",
      next: "Name one, for example --stack blog.",
    });
  });

  test("an unknown name", async () => {
    expect(await fault("shpo")).toMatchObject({
      message: "inventories/shpo/stack.yml cannot be read.",
      next: `Describe it with quintet init, or write it after ${join(PACKAGE_ROOT, "inventories/rehearsal/stack.yml")}.`,
    });
    await put("inventories/shop");
    expect(await fault("shpo")).toMatchObject({
      message: "inventories/shpo/stack.yml cannot be read.",
      detail: expect.stringContaining("ENOENT"),
      next: "The stacks here are: shop.",
    });
  });

  test("a stack.yml that is a directory", async () => {
    await mkdir(join(here, "inventories/shop/stack.yml"), { recursive: true });
    expect(await fault("shop")).toMatchObject({
      message: "inventories/shop/stack.yml cannot be read.",
      detail: expect.stringContaining("EISDIR"),
    });
  });
});

describe("what is in it", () => {
  test("the user's own name is the default, and warnings are said", async () => {
    await put("", stackText({ app2: "" }));
    const stack = await load(undefined);
    expect(stack.hosts.map(({ ssh }) => ssh.user)).toEqual(["dora", "dora", "dora", "dora"]);
    expect(events).toEqual([
      {
        type: "warning",
        message: expect.stringMatching(/^stack\.yml:5:38 {2}hosts\.app1\.tiers: app1 is the only app host/),
        places: [
          {
            file: "stack.yml",
            line: 5,
            column: 38,
            message: expect.stringMatching(/^hosts\.app1\.tiers: app1 is the only app host/),
          },
        ],
      },
      {
        type: "warning",
        message: expect.stringMatching(/^stack\.yml:7:37 {2}hosts\.db1\.tiers: db1 is the only database host/),
        places: [expect.objectContaining({ line: 7, column: 37 })],
      },
    ]);
  });

  test("one fault", async () => {
    await put("", stackText({ site: "site: {}" }));
    expect(await fault(undefined)).toEqual({
      message: "One thing in stack.yml cannot be right.",
      exitCode: 2,
      step: "Read the stack",
      detail: expect.stringMatching(/^stack\.yml:9:\d+ {2}site/),
      places: [{ file: "stack.yml", line: 9, column: 1, message: expect.stringMatching(/^site/) }],
      next: "Correct the file, then run the same command again.",
    });
  });

  test("every fault, each on a line", async () => {
    await put(
      "inventories/shop",
      stackText({ web1: "  web1: { address: 10.0.0.256, tiers: [loadbalancer, web] }", more: "colour: green" }),
    );
    const { message, detail } = await fault("shop");
    const places = detail?.split("\n").map((line) => line.replace(/:\d+ {2}.*/, "")) ?? [];
    expect(places).toEqual(["inventories/shop/stack.yml:3", "inventories/shop/stack.yml:12"]);
    expect(message).toBe("2 things in inventories/shop/stack.yml cannot be right.");
  });

  test("an empty file", async () => {
    await put("", "");
    expect((await fault(undefined)).message).toMatch(/things? in stack\.yml cannot be right\.$/);
  });
});

test.each(["$HOME", "new\nline"])("a path that Ansible and OpenSSH cannot be told is refused: %j", async (name) => {
  await put(name);
  expect(await fault(`./${name}`)).toMatchObject({
    step: "Find the stack",
    message: expect.stringContaining(JSON.stringify(join(here, name))),
  });
});
