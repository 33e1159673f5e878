import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { judgeSudo, type SudoVerdict, sudoFault, sudoWords } from "../../src/remote/sudo.ts";
import { makeSudoPassword, type PasswordSources } from "../../src/remote/sudo-password.ts";
import type { SshTarget } from "../../src/stack/stack.ts";

const host = (name: string): SshTarget => ({
  name,
  address: "192.0.2.11",
  ssh: { user: "deploy", port: 22, identity: undefined },
});

test.each<[exitCode: number | undefined, stderr: string, verdict: SudoVerdict]>([
  [0, "", "ok"],
  [1, "sudo: a password is required\n", "password"],
  [1, "sudo: interactive authentication is required\n", "password"],
  [1, "sudo: a terminal is required to read the password; either use the -S option\n", "password"],
  [1, "Sorry, try again.\n\nsudo: no password was provided\nsudo: 1 incorrect password attempt\n", "wrong"],
  [1, "sudo: Authentication failed, try again.\nsudo: maximum 3 incorrect authentication attempts\n", "wrong"],
  [1, "deploy is not in the sudoers file.\n", "forbidden"],
  [1, "Sorry, user deploy may not run sudo on app1.\n", "forbidden"],
  [1, "Sorry, user deploy is not allowed to execute '/usr/bin/sh -c :' as root on app1.\n", "forbidden"],
  [1, "sudo: I'm sorry deploy. I'm afraid I can't do that\n", "forbidden"],
  [127, "env: 'sudo': No such file or directory\n", "missing"],
  [127, "env: ‘sudo’: No such file or directory\n", "missing"],
  [1, "sudo: /etc/sudo.conf is owned by uid 1000, should be 0\n", "other"],
  [124, "", "other"],
])("exit code %s and %j: %s", (exitCode, stderr, verdict) => {
  expect(judgeSudo(exitCode, stderr)).toBe(verdict);
});

test("what stands before a command", () => {
  expect(sudoWords("root")).toEqual([]);
  expect(sudoWords("free").join(" ")).toBe('sudo -k -n -- sh -c exec "$@" sh');
  expect(sudoWords("password").join(" ")).toBe('sudo -k -S -p  -- sh -c exec "$@" sh');
});

test.each([
  ["missing", "sudo is not installed on app1."],
  ["forbidden", "The user deploy may not use sudo on app1: its sudoers do not name it."],
  ["other", "sudo does not work for deploy on app1."],
] as const)("a host where sudo is %s", (verdict, message) => {
  expect(sudoFault(host("app1"), verdict, " said \n").fields).toMatchObject({
    message,
    host: "app1",
    exitCode: 3,
    step: "become root",
    detail: "said",
  });
});

describe("the password", () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), "quintet-sudo-"));
    writeFileSync(join(directory, "right"), "s3cret \n");
    writeFileSync(join(directory, "empty"), "\n");
    writeFileSync(join(directory, "two"), "one\ntwo\n");
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  function provider(changes: Partial<PasswordSources>, answers?: string[]) {
    const questions: string[] = [];
    const ask = answers && {
      secret: async (question: string) => {
        questions.push(question);
        return answers.shift() ?? "";
      },
    };
    const sources = { file: undefined, environment: undefined, ask, stdin: Readable.from([]), ...changes };
    const tried: string[] = [];
    const isRight = (name: string, right: string) => async (password: string) => {
      tried.push(`${name}: ${password}`);
      return password === right;
    };
    return { questions, tried, isRight, ...makeSudoPassword(sources) };
  }

  test("from a file, as it stands there", async () => {
    const { become, isRight, known } = provider({ file: join(directory, "right"), environment: "no" });
    expect(await become(host("app1"), isRight("app1", "s3cret "))).toBe("s3cret ");
    expect(await known()).toBe("s3cret ");
  });

  test("from standard input", async () => {
    const { become, isRight } = provider({ file: "-", stdin: Readable.from(["s3c", "ret\r\n"]) });
    expect(await become(host("app1"), isRight("app1", "s3cret"))).toBe("s3cret");
  });

  test("from the environment, before anybody is asked", async () => {
    const { become, isRight, questions } = provider({ environment: "s3cret" }, ["no"]);
    expect(await become(host("app1"), isRight("app1", "s3cret"))).toBe("s3cret");
    expect(questions).toEqual([]);
  });

  test("of rehearsal machines, unless the environment says that there is none", async () => {
    const rehearsal = () => join(directory, "right");
    const { become, isRight } = provider({ rehearsal });
    expect(await become(host("app1"), isRight("app1", "s3cret "))).toBe("s3cret ");
    const said = provider({ rehearsal, environment: "" });
    await expect(said.become(host("app1"), said.isRight("app1", "s3cret "))).rejects.toMatchObject({
      fields: { message: "sudo wants the password of deploy on app1." },
    });
  });

  test("asked once for all hosts; a wrong one is tried on one host only", async () => {
    const { become, isRight, questions, tried } = provider({}, ["wrong", "s3cret"]);
    const names = ["app1", "app2", "db1"];
    const found = await Promise.all(names.map((name) => become(host(name), isRight(name, "s3cret"))));
    expect(found).toEqual(["s3cret", "s3cret", "s3cret"]);
    expect(questions).toEqual([
      "Password of deploy for sudo:",
      "sudo does not take that for deploy on app1. Password of deploy for sudo:",
    ]);
    expect(tried).toEqual(["app1: wrong", "app1: s3cret", "app2: s3cret", "db1: s3cret"]);
  });

  test("wrong three times: nobody is asked a fourth time, whatever host is next", async () => {
    const { become, isRight, questions, known } = provider({}, ["a", "b", "c", "d"]);
    const results = await Promise.allSettled(["app1", "app2"].map((name) => become(host(name), isRight(name, "x"))));
    expect(questions).toHaveLength(3);
    expect(results.map((one) => one.status === "rejected" && one.reason.fields.message)).toEqual([
      "sudo did not take any of the passwords for deploy on app1.",
      "sudo did not take any of the passwords for deploy on app2.",
    ]);
    expect(await known()).toBeUndefined();
  });

  test("a host with another password than the rest", async () => {
    const { become, isRight } = provider({}, ["s3cret"]);
    await become(host("app1"), isRight("app1", "s3cret"));
    await expect(become(host("app2"), isRight("app2", "other"))).rejects.toMatchObject({
      fields: {
        message: "The sudo password that is right on other hosts is not that of deploy on app2.",
        host: "app2",
        exitCode: 3,
      },
    });
  });

  test.each([
    [{ environment: "no" }, "The sudo password in QUINTET_SUDO_PASSWORD is not that of deploy on app1."],
    [{ file: "right" }, "The sudo password of --sudo-password-file is not that of deploy on app1."],
  ])("a wrong one given by %j", async (given, message) => {
    const from = "file" in given ? { file: join(directory, given.file) } : given;
    const { become, isRight } = provider(from, ["never asked"]);
    await expect(become(host("app1"), isRight("app1", "x"))).rejects.toMatchObject({ fields: { message } });
  });

  test("none, and nobody to ask", async () => {
    const { become, isRight, tried } = provider({});
    await expect(become(host("app1"), isRight("app1", "x"))).rejects.toMatchObject({
      fields: {
        message: "sudo wants the password of deploy on app1.",
        host: "app1",
        exitCode: 3,
        next: "Give it with --sudo-password-file FILE (- for standard input) or in QUINTET_SUDO_PASSWORD, or run this in a terminal to be asked.",
      },
    });
    expect(tried).toEqual([]);
  });

  test.each([
    ["absent", "cannot be read"],
    ["empty", "holds no password"],
    ["two", "holds more than one line"],
  ])("a file that is %s is told before anything else", async (name, words) => {
    const { check } = provider({ file: join(directory, name) });
    await expect(check()).rejects.toMatchObject({
      fields: { message: `${join(directory, name)} ${words}.`, exitCode: 2 },
    });
  });
});
