import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { type InitOptions, initCommand } from "../../src/commands/init.ts";
import { loadStack } from "../../src/commands/load-stack.ts";
import { EXIT, QuintetError } from "../../src/errors.ts";
import { fakeContext } from "../commands/context.ts";
import { eventsOf, program, quintet } from "../machines/quintet.ts";
import { anyText } from "./typed.ts";

// The ways in, as users meet them: whatever a file holds, there is a list of faults, and never a stack trace.

let here: string;
beforeAll(async () => {
  here = await mkdtemp(path.join(tmpdir(), "quintet-bytes-"));
  await mkdir(path.join(here, "inventories/bytes"), { recursive: true });
});
afterAll(() => rm(here, { recursive: true }));

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((all) => Buffer.from(all)),
  anyText.map((text) => Buffer.from(text)),
  fc
    .array(anyText, { maxLength: 6 })
    .map((lines) => Buffer.from(`name: shop\nhosts:\n${lines.map((line) => `  ${line}`).join("\n")}`)),
  fc
    .array(anyText, { maxLength: 6 })
    .map((lines) => Buffer.from(`[web]\n${lines.join("\n")}\n[app:vars]\n${lines.join("\n")}`)),
);

const refusedAsUsage = async (run: Promise<unknown>) => {
  const error = await run.then(() => undefined).catch((cause: unknown) => cause);
  if (error instanceof QuintetError) {
    expect(error.fields.exitCode).toBe(EXIT.usage);
    expect(`${error.fields.message} ${error.fields.detail}`).not.toMatch(/\n\s+at /);
  } else if (error !== undefined) throw error;
};

test("any bytes as a stack.yml", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      await writeFile(path.join(here, "inventories/bytes/stack.yml"), content);
      await refusedAsUsage(loadStack("bytes", fakeContext(here, [])));
    }),
    { numRuns: 50 },
  );
});

test("any bytes as what --from names", async () => {
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      await writeFile(path.join(here, "from"), content);
      await refusedAsUsage(initCommand({ from: "from", name: "x" } as InitOptions, fakeContext(here, [])));
    }),
    { numRuns: 50 },
  );
});

test.each<[what: string, content: Buffer]>([
  ["random bytes", Buffer.from("00ff7f80c3283a0a5b5d2d20", "hex")],
  ["UTF-16", Buffer.from("\ufeffname: shop\n", "utf16le")],
  ["nesting without end", Buffer.from(`${"- ".repeat(5_000)}\n[web]`)],
  ["a half inventory", Buffer.from("[web\nweb1 ansible_host='\n{{ x }}\u001b[2J")],
])("the program itself, given %s", async (_, content) => {
  await writeFile(path.join(here, "inventories/bytes/stack.yml"), content);
  const generated = await quintet(["generate", "--stack", "bytes"], { cwd: here });
  const [fault] = eventsOf(generated, "error");
  expect([generated.exitCode, fault?.error.exitCode]).toEqual([EXIT.usage, EXIT.usage]);
  const said = await runCommand([program, "init", "--from", "-"], { cwd: here, input: content.toString() });
  expect([said.exitCode, said.stdout]).toEqual([EXIT.usage, ""]);
  expect(said.stderr).toMatch(/^(Warning|Error): /);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal would obey is what is looked for
  expect(said.stderr).not.toMatch(/\n\s+at |[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
});

test("the program itself, given hosts on standard input and the rest by flags", async () => {
  const words = [
    "--name",
    "piped",
    "--virtual-ip",
    "10.0.0.100",
    "--domain",
    "shop.example",
    "--app-source",
    ".",
    "--app-start",
    "it's $HOME",
  ];
  const hosts = "10.0.0.11 10.0.0.12 10.0.0.21 10.0.0.22 10.0.0.31\n";
  const run = await quintet(["init", "--from", "-", ...words], { cwd: here, input: hosts });
  expect([run.exitCode, eventsOf(run, "result")[0]?.status]).toEqual([EXIT.done, "passed"]);
});
