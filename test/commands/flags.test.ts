import { expect, test } from "vitest";
import { flagsFor } from "../../src/commands/flags.ts";

const all = { limit: "web1", acceptHostKeys: true, sudoPasswordFile: "pw", overwrite: true, lockWait: "10m" };
const login = ["--limit", "web1", "--accept-host-keys", "--sudo-password-file", "pw"];

test.each([
  ["apply", [...login, "--overwrite", "--lock-wait", "10m"]],
  ["plan", [...login, "--overwrite", "--lock-wait", "10m"]],
  ["check", login],
  ["verify", [...login, "--lock-wait", "10m"]],
  ["generate", ["--overwrite", "--lock-wait", "10m"]],
] as const)("%s gets what it takes", (verb, expected) => {
  expect(flagsFor(verb, all)).toEqual(expected);
});

test("standard input is not read twice, and nothing given is nothing said", () => {
  expect(flagsFor("apply", { sudoPasswordFile: "-" })).toEqual([]);
  expect(flagsFor("apply", { overwrite: false, acceptHostKeys: false })).toEqual([]);
});
