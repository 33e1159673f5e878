import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { addPins } from "../../src/remote/pins.ts";

test.each([
  ["no file", undefined, "web1 ssh-ed25519 AAAA\n"],
  ["a file", "old ssh-rsa AAAA\n", "old ssh-rsa AAAA\nweb1 ssh-ed25519 AAAA\n"],
  ["a last line without its end", "old ssh-rsa AAAA", "old ssh-rsa AAAA\nweb1 ssh-ed25519 AAAA\n"],
])("adds a line to %s", async (_, before, after) => {
  const above = mkdtempSync(join(tmpdir(), "quintet-pins-"));
  onTestFinished(() => rmSync(above, { recursive: true }));
  const directory = before === undefined ? join(above, "new") : above;
  if (before !== undefined) writeFileSync(join(directory, "known_hosts"), before);
  await addPins(directory, "web1 ssh-ed25519 AAAA\n");
  expect(readFileSync(join(directory, "known_hosts"), "utf8")).toBe(after);
});
