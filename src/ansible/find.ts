import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { RunCommand } from "../command.ts";
import type { Emit } from "../events.ts";
import { installAnsible, MARKER, requirementsText } from "./install.ts";
import { isRecentEnough, parseVersion } from "./version.ts";

/** An Ansible that Quintet can drive; both programs as absolute paths. */
export interface Ansible {
  readonly playbook: string;
  readonly vault: string;
  /** Version of ansible-core, for example "2.19.14". */
  readonly version: string;
}

export interface AnsibleWorld {
  readonly run: RunCommand;
  /** PATH, HOME and XDG_DATA_HOME are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
}

/** The Ansible on PATH if it is new enough, else the private one if it is there and whole. Installs nothing. */
export async function findAnsible(world: AnsibleWorld): Promise<Ansible | undefined> {
  return (await onPath(world)) ?? (await inPrivateEnvironment(privateEnvironment(world.env)));
}

/** The Ansible that findAnsible finds, or a private one made now. Errors are QuintetErrors. */
export async function ensureAnsible(world: AnsibleWorld, emit: Emit): Promise<Ansible> {
  const found = await findAnsible(world);
  if (found !== undefined) return found;
  const environment = privateEnvironment(world.env);
  const version = await installAnsible(environment, world, emit);
  return inDirectory(join(environment, "bin"), version);
}

/** Where the private virtual environment is kept. */
export function privateEnvironment(env: AnsibleWorld["env"]): string {
  const data = env["XDG_DATA_HOME"];
  const base = data !== undefined && isAbsolute(data) ? data : join(env["HOME"] || homedir(), ".local", "share");
  return join(base, "quintet", "venv");
}

async function onPath({ run, env, signal }: AnsibleWorld): Promise<Ansible | undefined> {
  for (const directory of (env["PATH"] ?? "").split(delimiter).filter(isAbsolute)) {
    const { playbook, vault } = inDirectory(directory, "");
    if (!(await isExecutable(playbook)) || !(await isExecutable(vault))) continue;
    const result = await run([playbook, "--version"], signal === undefined ? {} : { signal });
    const version = parseVersion(result.stdout);
    if (version !== undefined && isRecentEnough(version)) return inDirectory(directory, version);
  }
  return undefined;
}

async function inPrivateEnvironment(environment: string): Promise<Ansible | undefined> {
  const found = inDirectory(join(environment, "bin"), "");
  // A virtual environment dies with the Python it was made from, which an upgrade of the computer takes away.
  if (!(await isExecutable(join(dirname(found.playbook), "python")))) return undefined;
  const marker = await readFile(join(environment, MARKER), "utf8").catch(() => undefined);
  const [version = "", ...requirements] = marker?.split("\n") ?? [];
  return requirements.join("\n") === (await requirementsText()) ? { ...found, version } : undefined;
}

function inDirectory(directory: string, version: string): Ansible {
  return { playbook: join(directory, "ansible-playbook"), vault: join(directory, "ansible-vault"), version };
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
