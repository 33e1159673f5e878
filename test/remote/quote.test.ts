import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { quoteArgv } from "../../src/remote/quote.ts";

const table: [argv: string[], line: string][] = [
  [["ls", "-la", "/etc/hosts"], "ls -la /etc/hosts"],
  [["echo", ""], "echo ''"],
  [["echo", "a b"], "echo 'a b'"],
  [["echo", "it's"], `echo 'it'\\''s'`],
  [["echo", "$(reboot)", "`id`", "$HOME"], "echo '$(reboot)' '`id`' '$HOME'"],
  [["echo", "x; rm -rf /", "a&&b", "a|b", ">f"], "echo 'x; rm -rf /' 'a&&b' 'a|b' '>f'"],
  [["echo", "*", "~", "{a,b}", "!x", "#x"], "echo '*' '~' '{a,b}' '!x' '#x'"],
  [["PATH=/tmp", "x"], "'PATH=/tmp' x"],
  [["echo", "two\nlines"], "echo 'two\nlines'"],
  [["echo", "é"], "echo 'é'"],
];

test.each(table)("%j becomes %s", (argv, line) => {
  expect(quoteArgv(argv)).toBe(line);
});

test("a shell gives back every word as it was", () => {
  const words = table.flatMap(([argv]) => argv.slice(1)).concat("\\", '"', "\t", "--", "a\\'b", "'\"'\"'");
  const line = quoteArgv([
    process.execPath,
    "-e",
    "console.log(JSON.stringify(process.argv.slice(1)))",
    "--",
    ...words,
  ]);
  expect(JSON.parse(execFileSync("/bin/sh", ["-c", line], { encoding: "utf8" }))).toEqual(words);
});

test("a NUL character and an empty argv are refused", () => {
  expect(() => quoteArgv(["echo", "a\0b"])).toThrow("NUL");
  expect(() => quoteArgv([])).toThrow("empty");
});
