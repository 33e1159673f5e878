import type { RunCommand } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";

/** The computer's own Python first: it is the one most likely to have its venv module; then the newest. */
const CANDIDATES = ["python3", "python3.14", "python3.13", "python3.12", "python3.11"] as const;

const PROBE = `
import sys
print("%d.%d" % sys.version_info[:2])
if sys.version_info < (3, 11):
    sys.exit(3)
import venv, ensurepip
`;

/** A Python, 3.11 or newer, that can make a virtual environment with pip in it: the name of its program. */
export async function findPython(run: RunCommand): Promise<string> {
  const found: string[] = [];
  let withoutVenv: string | undefined;
  for (const python of CANDIDATES) {
    const { exitCode, stdout } = await run([python, "-c", PROBE]);
    if (exitCode === 0) return python;
    const version = stdout.trim();
    if (version === "") continue;
    found.push(`${python} is ${version}${exitCode === 3 ? ", too old" : ", without its venv module"}`);
    if (exitCode !== 3) withoutVenv ??= `python${version}-venv`;
  }
  const fields = {
    exitCode: EXIT.preflight,
    step: "Look for Python",
    detail: found.length === 0 ? "No python3 on PATH." : found.join("\n"),
  };
  if (withoutVenv !== undefined) {
    throw new QuintetError({
      ...fields,
      message: "Python is here, but cannot make virtual environments.",
      next: `Debian, Ubuntu: sudo apt install ${withoutVenv}. Then run the same command again.`,
    });
  }
  throw new QuintetError({
    ...fields,
    message: "Ansible needs Python 3.11 or newer on this computer.",
    next: "Install it (Debian, Ubuntu: sudo apt install python3 python3-venv), then run the same command again.",
  });
}
