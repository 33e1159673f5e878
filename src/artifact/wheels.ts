import { writeFile } from "node:fs/promises";
import path from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import { exists, type PackWorld } from "./world.ts";

/** From the newest C library that the packages may want to the oldest: Debian 12, Ubuntu 22.04 and newer have all. */
const PLATFORMS = ["2_35", "2_34", "2_31", "2_28", "2_24", "2_17"].map((glibc) => `manylinux_${glibc}_x86_64`);

/**
 * Fetches the packages of requirements.txt for the hosts' Python: a host needs no network and no compiler, and all of
 * them get the same bytes.
 */
export async function packWheels(stack: Stack, app: string, { run, signal, onLine }: PackWorld): Promise<void> {
  const version = stack.app.version ?? "";
  await writeFile(path.join(app, ".python"), `${version}\n`);
  if (!(await exists(path.join(app, "requirements.txt")))) return;
  if (version === "") throw versionMissing();
  const digits = version.replace(".", "");
  const argv = [
    ..."python3 -m pip download --quiet --disable-pip-version-check --only-binary=:all: --implementation=cp".split(" "),
    `--python-version=${version}`,
    ...[`cp${digits}`, "abi3", "none"].map((abi) => `--abi=${abi}`),
    ...[...PLATFORMS, "manylinux2014_x86_64", "any"].map((platform) => `--platform=${platform}`),
    "--dest=.wheels",
    "--requirement=requirements.txt",
  ];
  const result = await run(argv, { cwd: app, signal, startsOthers: true, ...(onLine && { onLine }) });
  if (result.exitCode === 0) return;
  signal.throwIfAborted();
  throw new QuintetError({
    message: "The packages of requirements.txt cannot be had as wheels.",
    exitCode: EXIT.apply,
    step: "Build the application",
    detail: `${result.stdout}${result.stderr}`.trimEnd().split("\n").slice(-15).join("\n"),
    next: `See that python3 -m pip works here, and that each package has a wheel for Python ${version}; then run the same command again.`,
  });
}

function versionMissing(): QuintetError {
  return new QuintetError({
    message: "For the packages of requirements.txt, app.version is needed: the Python of the app hosts.",
    exitCode: EXIT.usage,
    step: "Build the application",
    next: 'Add what `python3 --version` says there, such as version: "3.13", to app in stack.yml.',
  });
}
