import { expect, test } from "vitest";
import { findPython } from "../../src/ansible/python.ts";
import type { RunCommand } from "../../src/command.ts";

/** A computer with these Pythons: version, and whether the venv module is there. */
function computer(pythons: Record<string, { version: string; venv: boolean }>): RunCommand {
  return async ([program = ""]) => {
    const python = pythons[program];
    if (python === undefined) return { exitCode: undefined, stdout: "", stderr: "ENOENT" };
    const minor = Number(python.version.split(".")[1]);
    return { exitCode: minor < 11 ? 3 : python.venv ? 0 : 1, stdout: `${python.version}\n`, stderr: "" };
  };
}

test("the computer's own python3 comes first", async () => {
  const run = computer({
    python3: { version: "3.11", venv: true },
    "python3.13": { version: "3.13", venv: true },
  });
  expect(await findPython(run)).toBe("python3");
});

test("a newer one where python3 is too old or lacks venv", async () => {
  const newer = { "python3.12": { version: "3.12", venv: true } };
  expect(await findPython(computer({ ...newer, python3: { version: "3.9", venv: true } }))).toBe("python3.12");
  expect(await findPython(computer({ ...newer, python3: { version: "3.11", venv: false } }))).toBe("python3.12");
});

test.each([
  [
    "none",
    {},
    "No python3 on PATH.",
    "Ansible needs Python 3.11 or newer on this computer.",
    "Install it (Debian, Ubuntu: sudo apt install python3 python3-venv), then run the same command again.",
  ],
  [
    "too old",
    { python3: { version: "3.9", venv: true } },
    "python3 is 3.9, too old",
    "Ansible needs Python 3.11 or newer on this computer.",
    "Install it (Debian, Ubuntu: sudo apt install python3 python3-venv), then run the same command again.",
  ],
  [
    "no venv module",
    { python3: { version: "3.13", venv: false } },
    "python3 is 3.13, without its venv module",
    "Python is here, but cannot make virtual environments.",
    "Debian, Ubuntu: sudo apt install python3.13-venv. Then run the same command again.",
  ],
])("%s", async (_, pythons, detail, message, next) => {
  await expect(findPython(computer(pythons))).rejects.toMatchObject({
    fields: { message, exitCode: 3, step: "Look for Python", detail, next },
  });
});
