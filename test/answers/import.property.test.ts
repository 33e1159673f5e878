import fc from "fast-check";
import { expect, test } from "vitest";
import { faultsOf } from "../../src/answers/check.ts";
import { editStack } from "../../src/answers/edit.ts";
import { mergeAnswers } from "../../src/answers/flags.ts";
import { readHosts } from "../../src/answers/host-items.ts";
import { fromText, type Imported } from "../../src/answers/import/from-text.ts";
import { stackText } from "../../src/answers/write.ts";
import { parse } from "../stack/example.ts";
import { anyText, changedAnswers, goodAnswers, SHOP } from "./typed.ts";

/** Lines as they stand in inventories, hosts files and lists, some of them broken. */
const line = fc.oneof(
  fc.constantFrom(
    "[web]",
    "[lb]",
    "[app:vars]",
    "[all:children]",
    "[web:children]",
    "[__proto__]",
    "[db:foo]",
    "all:",
    "  children:",
    "    web:",
    "      hosts:",
    "        web1:",
    "          ansible_host: 10.0.0.11",
    "        'a: b': {ansible_port: \"{{ x }}\"}",
    "        ? [x]",
    "web[01:99999999]",
    "web[a:z][1:9:0] ansible_host=10.0.0.1",
    "[2001:db8::1]:22 ansible_user='a b",
    "web1 ansible_host=10.0.0.11 ansible_ssh_common_args='-o ProxyJump=x -J'",
    "10.0.0.12 web2 web2.example # a web server",
    'web1=10.0.0.11,tiers=web+app,ssh_identity="~/a b"',
    "app1=10.0.0.21 db1=10.0.0.31",
    "web1: 10.0.0.11",
    "10.0.0.13, 10.0.0.14",
    "fd00::1",
    "&a [*a, *b]",
    "<<: *a",
    "web",
    "app",
  ),
  anyText,
);

function check(imported: Imported): void {
  if (imported.kind === "stack") return;
  for (const { line: at, message } of imported.notes) {
    expect(at).toBeGreaterThanOrEqual(0);
    expect(message).toMatch(/[.?]$/);
    expect(message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(message.length).toBeLessThan(1500);
  }
  const { items, wrong } = readHosts(imported.answers.hosts ?? "");
  expect(wrong).toEqual([]);
  expect(items.length).toBeLessThanOrEqual(256);
  const answers = mergeAnswers(SHOP, imported.answers);
  const faults = faultsOf(answers);
  if (faults.length > 0) return;
  const result = parse(stackText(answers));
  expect("faults" in result ? result.faults : []).toEqual([]);
}

test("whatever stands in a file of hosts is read or told in a sentence", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 14 }), fc.constantFrom("\n", "\r\n"), (lines, end) => {
      check(fromText(lines.join(end)));
    }),
    { numRuns: 50 },
  );
});

test("so is any text at all, and any bytes", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        anyText,
        fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString()),
      ),
      (text) => check(fromText(text, "five")),
    ),
    { numRuns: 40 },
  );
});

test("a file without end, or nested without end, is refused at once", () => {
  for (const text of [
    "a\n".repeat(200_000),
    "[".repeat(100_000),
    "all: {children: ".repeat(5_000),
    "web[1:9]".repeat(20_000),
  ]) {
    check(fromText(text));
  }
});

test("a stack.yml of ours is known as one, and stays as it is where nothing else is said", () => {
  fc.assert(
    fc.property(goodAnswers, (answers) => {
      const text = stackText(answers);
      expect(fromText(text)).toEqual({ kind: "stack", text });
      expect(editStack(text, {})).toEqual({ text });
    }),
    { numRuns: 50 },
  );
});

test("flags over a stack.yml give what the same answers would have given, or are refused", () => {
  fc.assert(
    fc.property(goodAnswers, fc.oneof(goodAnswers, changedAnswers), (before, changes) => {
      // An answer of nothing takes a setting out, which stack.yml may want.
      const after = Object.fromEntries(Object.entries(changes).filter(([, text]) => text.trim() !== ""));
      const edited = editStack(stackText(before), after);
      if ("faults" in edited) expect(edited.faults.length).toBeGreaterThan(0);
      else if (faultsOf(after).length === 0) {
        const result = parse(edited.text);
        expect("stack" in result ? result.stack.app.start : "").toBe(after["app-start"] ?? before["app-start"]);
      }
    }),
    { numRuns: 50 },
  );
});

test("any text as a stack.yml: edited or left, never an exception", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), changedAnswers, (lines, answers) => {
      const edited = editStack(lines.join("\n"), answers);
      if ("text" in edited) parse(edited.text);
    }),
    { numRuns: 50 },
  );
});
