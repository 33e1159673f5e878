import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/command.ts";
import { lackingForNspawn } from "../../src/machines/nspawn/lacking.ts";
import { parseStack } from "../../src/stack/parse.ts";
import type { Stack } from "../../src/stack/stack.ts";

const CHECKOUT = join(import.meta.dirname, "../..");

export interface RehearsalOptions {
  readonly name?: string;
  /** The first three numbers of its subnet. */
  readonly subnet?: string;
  /** As on machines that matter: SSH on port 2222, and sudo asks for a password. */
  readonly guarded?: boolean;
}

/** Writes the shipped rehearsal's stack.yml under another name and subnet into a new temporary stack directory. */
export async function writeRehearsal({
  name = "quintet-test",
  subnet = "10.77.9",
  guarded = false,
}: RehearsalOptions = {}): Promise<string> {
  const shipped = await readFile(join(CHECKOUT, "inventories/rehearsal/stack.yml"), "utf8");
  const text = shipped
    .replace("name: rehearsal", `name: ${name}`)
    .replaceAll("192.168.61.", `${subnet}.`)
    .replace("../../examples", join(CHECKOUT, "examples"))
    .replace("ssh: { ", guarded ? "ssh: { port: 2222, " : "ssh: { ")
    .replace("suite: trixie }", guarded ? "suite: trixie, sudo: password }" : "suite: trixie }");
  const directory = join(await mkdtemp(join(tmpdir(), "quintet-test-")), name);
  await mkdir(directory);
  await writeFile(join(directory, "stack.yml"), text);
  return directory;
}

/** Reads the stack.yml of a stack directory; `only`: as if it had these hosts alone, for tests of machines. */
export async function readRehearsal(directory: string, only?: readonly string[]): Promise<Stack> {
  const text = await readFile(join(directory, "stack.yml"), "utf8");
  const parsed = parseStack(text, { file: "stack.yml", directory, home: "/root", defaultUser: "root" });
  if (!("stack" in parsed)) throw new Error(JSON.stringify(parsed.faults));
  const hosts = parsed.stack.hosts.filter((host) => only?.includes(host.name) ?? true);
  return { ...parsed.stack, hosts };
}

/**
 * Why tests cannot have machines here; undefined: they can. In CI always undefined, so that there they run, and fail.
 * For describe.skipIf, and for the title, which says it.
 */
export async function whyNoMachines(): Promise<string | undefined> {
  if (process.env["CI"]) return undefined;
  const lacking = await lackingForNspawn(runCommand);
  return lacking.length === 0 ? undefined : `lacks ${lacking.map(({ what }) => what).join("; ")}`;
}
