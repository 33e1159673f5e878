import { expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { commandLine } from "../../src/commands/command-line.ts";

test.each([
  ["quintet", "/stacks/shop", "apply", [], "quintet apply --stack /stacks/shop"],
  ["./quintet", "/stacks/shop", "rehearse up", [], "./quintet rehearse up --stack /stacks/shop"],
  ["quintet", "/my stacks/it's", "verify", ["--drills"], "quintet verify --stack '/my stacks/it'\\''s' --drills"],
  ["/opt/q t/quintet", "/s", "apply", ["--limit", "web1,app"], "'/opt/q t/quintet' apply --stack /s --limit web1,app"],
])("%s about %s: %s", (program, directory, verb, flags, expected) => {
  expect(commandLine({ program }, { directory }, verb, flags)).toBe(expected);
});

test("a shell takes it for what it says", async () => {
  const directory = "/a $(touch pwned) `b`; 'c' \"d\" \\ \n e";
  const line = commandLine({ program: "printf" }, { directory }, "%s|", ["--limit", "x;y"]);
  const { stdout } = await runCommand(["sh", "-c", line]);
  expect(stdout).toBe(`--stack|${directory}|--limit|x;y|`);
});
