import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ansible } from "../ansible/ansible.ts";
import { eventsOf, quintet } from "../machines/quintet.ts";
import { stackText } from "../stack/example.ts";
import { unprivileged } from "./unprivileged.ts";

let above: string;
let directory: string;
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), "quintet-generate-"));
  directory = join(above, "shop");
  await mkdir(join(directory, "shop"), { recursive: true });
  await writeFile(join(directory, "shop/server.js"), "");
  await writeFile(join(directory, "stack.yml"), stackText());
});
afterEach(() => rm(above, { recursive: true }));

/** With the Ansible that the setup made in the checkout. */
function generate(
  flags: readonly string[] = [],
  { before, env }: { before?: readonly string[]; env?: Record<string, string> } = {},
) {
  const PATH = `${dirname(ansible.playbook)}:${process.env["PATH"]}`;
  return quintet(["generate", ...flags, "--stack", directory], { before: before ?? [], env: { PATH, ...env } });
}

test("a stack directory that may not be written", async () => {
  await chmod(above, 0o755);
  await chmod(directory, 0o555);
  const home = join(above, "home");
  await mkdir(home);
  await chmod(home, 0o777);
  const run = await generate([], { before: unprivileged, env: { HOME: home } });
  await chmod(directory, 0o755);
  expect(run.exitCode).toBe(2);
  expect(eventsOf(run, "error")).toMatchObject([
    {
      error: {
        message: `The stack directory ${directory} cannot be written: you may not write there.`,
        exitCode: 2,
        step: "Generate the Ansible project",
        detail: expect.stringContaining("EACCES"),
        next: "Mend that, then run the same command again; the project that was there before is untouched.",
      },
    },
  ]);
  expect((await readdir(directory)).sort()).toEqual(["shop", "stack.yml"]);
});

test("a half-written .generated.json: nothing is overwritten until the user says so", async () => {
  const at = (file: string) => join(directory, file);
  expect((await generate()).exitCode).toBe(0);
  const manifest = await readFile(at(".generated.json"), "utf8");
  const edited = `${await readFile(at("site.yml"), "utf8")}# mine\n`;
  await writeFile(at("site.yml"), edited);
  await writeFile(at(".generated.json"), manifest.slice(0, manifest.length / 2));

  const run = await generate();
  expect(run.exitCode).toBe(2);
  expect(eventsOf(run, "error")).toMatchObject([
    {
      error: {
        message: `${at(".generated.json")} is damaged, so an edit of yours could not be told from a generated file.`,
        next: "Restore it (git checkout), or run `quintet generate --overwrite` to write every generated file anew.",
      },
    },
  ]);
  expect(await readFile(at("site.yml"), "utf8")).toBe(edited);

  expect((await generate(["--overwrite"])).exitCode).toBe(0);
  expect(await readFile(at(".generated.json"), "utf8")).toBe(manifest);
  expect(await readFile(at("site.yml"), "utf8")).not.toContain("# mine");
});

test("an application that is not there", async () => {
  await rm(join(directory, "shop"), { recursive: true });
  const run = await generate();
  expect(run.exitCode).toBe(2);
  expect(eventsOf(run, "error")).toMatchObject([
    {
      error: {
        message: `The application's source ${directory}/shop cannot be read.`,
        next: "Correct app.source in stack.yml; a relative path is relative to the stack directory.",
      },
    },
  ]);
});
