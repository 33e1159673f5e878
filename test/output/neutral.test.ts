import fc from "fast-check";
import { expect, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { harmless, harmlessLine, inert, neutral } from "../../src/output/neutral.ts";
import { createOutput } from "../../src/output/output.ts";
import { clock, TestStream } from "./streams.ts";

test.each([
  ["colours go", "\u001b[1;31mError\u001b[0m: x", "Error: x"],
  ["titles and links of terminals go", "a\u001b]0;owned\u0007b\u001b]8;;http://x/\u0007c", "abc"],
  ["what is left of a sequence is shown", "\u001b\u001b[31m[2J", "\\u{1b}[2J"],
  ["a bell, a backspace", "\u0007\b", "\\u{7}\\u{8}"],
  ["sequences of one sign", "a\u009b2Jb\u0085c", "ab\\u{85}c"],
  ["a carriage return hides nothing", "real\rfake", "real\nfake"],
  ["lines of Windows", "a\r\nb", "a\nb"],
  ["text that turns its direction", "a\u202eb\u2066c", "a\\u{202e}b\\u{2066}c"],
  ["what has no width", "a\u200bb\ufeffc\u00add\u200de", "a\\u{200b}b\\u{feff}c\\u{ad}d\\u{200d}e"],
  ["emoji stay whole", "👩‍💻 👩🏽‍💻 ❤️‍🔥", "👩‍💻 👩🏽‍💻 ❤️‍🔥"],
  ["tabs and lines stay", "a\tb\nc", "a\tb\nc"],
])("%s", (_, text, shown) => {
  expect(harmless(text)).toBe(shown);
});

test("one line stays one", () => {
  expect(harmlessLine("a\n\nb\tc\r\n")).toBe("a b c");
});

test.each([
  ["::error::x", ": :error::x"],
  ["  \t::error::x", "  \t: :error::x"],
  ["\u00a0\u200b:\u200d:error::x", "\u00a0\u200b: \u200d:error::x"],
  ["x ##[error]y", "x # #[error]y"],
  ["x ##vso[task.setvariable]y", "x # #vso[task.setvariable]y"],
  ["x #\ufe0f#\ufe0f[error]y", "x # \ufe0f#\ufe0f[error]y"],
  ["2001:db8::1 and a::b", "2001:db8::1 and a::b"],
  ["## A heading [link]", "## A heading [link]"],
])("a line that a runner would take for a command: %j", (line, said) => {
  expect(inert(line)).toBe(said);
});

/** The runner's own way to find a command, as it is told; signs without a width count for nothing. */
function isCommand(line: string): boolean {
  const seen = line.replaceAll(/[\p{Cf}\p{Mn}\p{Me}]/gu, "");
  return seen.trimStart().startsWith("::") || /##\w*\[/.test(seen);
}

const texts = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom("::", ":", "#", "##[", "[", " ", "\t", "\n", "\r", "\u001b", "\u200b", "\ufe0f", "a"),
  }),
  fc.string({
    unit: fc.constantFrom("\u001b[", "\u001b]", "\u009b", "31m", ";", "\u0007", "\u001b\\", "x", "\b", "\u202e"),
  }),
);

const hostile: fc.Arbitrary<Event> = texts.chain((text) =>
  fc.constantFrom<Event>(
    { type: "step-started", step: "s", title: text, rows: [text] },
    { type: "step-finished", step: "s", status: "failed", durationMs: 1, summary: text },
    { type: "row", step: "s", row: "web1", status: "done", text },
    { type: "task", host: text, role: text, task: text, status: "failed", durationMs: 1, message: text, diff: text },
    { type: "warning", message: text, next: text },
    { type: "info", message: text },
    { type: "document", text },
    { type: "table", title: text, columns: [text, "b"], rows: [[text, text]] },
    { type: "error", error: { message: text, exitCode: 4, host: text, step: text, detail: text, next: text } },
    { type: "result", verb: "apply", status: "failed", text: [text] },
  ),
);

test("whatever a host says, no control character and no command reaches the output", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 4 }), async (events) => {
      const [stdout, stderr] = [new TestStream(), new TestStream()];
      const output = createOutput({ mode: "plain", stdout, stderr, color: false, verbose: true, now: clock().now });
      for (const event of events) output.emit(event);
      await output.close();
      const said = stdout.text + stderr.text;
      // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
      expect(said).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(said.split("\n").filter(isCommand)).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test("what is for programs is left as it is", () => {
  const data = { text: "\u001b[31m" };
  expect(neutral({ type: "result", verb: "v", status: "passed", text: ["\u001b[31mx"], data })).toEqual({
    type: "result",
    verb: "v",
    status: "passed",
    text: ["x"],
    data,
  });
});
