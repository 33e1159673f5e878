import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createOutput } from "../../src/output/output.ts";
import { clock, story, TestStream } from "./streams.ts";

const SHOW_CURSOR = "\u001b[?25h";
const HIDE_CURSOR = "\u001b[?25l";

async function play(columns: number, color: boolean, events = story, verbose = false) {
  const rows = columns === 0 ? 0 : 24;
  const [stdout, stderr, time] = [new TestStream(columns, rows), new TestStream(columns, rows), clock()];
  const output = createOutput({ mode: "terminal", stdout, stderr, color, verbose, now: time.now });
  for (const { at, event } of events) {
    time.advance(at);
    output.emit(event);
  }
  await output.close();
  return { stdout: stdout.text, stderr: stderr.text };
}

/** What stands on the screen in the end: the text after the last time that lines were erased, per step. */
function lastPictures(text: string): string[] {
  return text
    .split(HIDE_CURSOR)
    .slice(1)
    .map((part) => stripVTControlCharacters(part.slice(part.lastIndexOf("\u001b[G") + 1)).replace(/^\[G/, ""));
}

test("steps end as one line, a failed one with its rows; then what had to wait", async () => {
  const { stdout, stderr } = await play(80, false);
  const [generate, apply] = lastPictures(stdout);
  expect(generate).toBe("✔ Write the project  700 ms  41 files\n");
  expect(apply).toBe(`✖ Apply failed  2.0 s  1 failed
  ✔ web1    2/2  1 changed  1 s
  ✖ web2    2/2  failed: Start nginx  1 s
  ↓ db1   waiting

Checks
check  result
-----  ------
http   passed
One thing more.
app1 | listening
# As it is

Not applied.
`);
  expect(stderr).toBe(`Warning: The database has no replica.
  Next: add a second database host

Error: A task failed on web2.
  Host: web2
  Step: web: Start nginx
  It said:
    no
    nginx: bad
  Log:  logs/x.log
  Next: Mend it, then: quintet apply
`);
});

test("verbose tells the tasks of a step once it is over, with what they changed", async () => {
  const { stdout } = await play(80, false, story, true);
  expect(lastPictures(stdout).at(-1)).toContain(`  ↓ db1   waiting
web1: changed: web: Install (1.5 s)
    -a
    +b
web2: FAILED: web: Start nginx (1.5 s)

Checks
`);
  expect((await play(80, false)).stdout).not.toContain("web1: changed");
});

test("a step that is cut short tells its tasks, too", async () => {
  const { stdout } = await play(80, false, story.slice(0, 8), true);
  expect(stdout.slice(stdout.lastIndexOf(SHOW_CURSOR))).toContain("web1: changed: web: Install (1.5 s)");
});

test("a terminal that does not say how wide it is has 80 columns", async () => {
  expect(await play(0, false)).toEqual(await play(80, false));
});

test("no line is wider than the terminal", async () => {
  const { stdout } = await play(40, false);
  const widths = stripVTControlCharacters(stdout)
    .split("\n")
    .map((line) => line.length);
  expect(Math.max(...widths)).toBeLessThanOrEqual(40);
});

test("colours only where they are wanted", async () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for escape sequences
  const colour = /\u001b\[\d+m/;
  expect((await play(80, false)).stdout).not.toMatch(colour);
  expect((await play(80, false)).stderr).not.toMatch(colour);
  expect((await play(80, true)).stderr).toContain("\u001b[31mError:\u001b[39m A task failed on web2.");
});

test("a step that is cut short is closed, and the cursor comes back", async () => {
  const { stdout, stderr } = await play(80, false, story.slice(0, 7));
  expect(lastPictures(stdout).at(-1)).toBe(`✖ Apply failed  0 ms
  ✖ web1    0/2  Install  0 s
  ✖ web2    1/2  Start nginx  0 s
  ↓ db1   waiting
`);
  expect(stderr).toBe("Warning: The database has no replica.\n  Next: add a second database host\n");
  expect(stdout.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(stdout.lastIndexOf(HIDE_CURSOR));
});

test("what a host says cannot act on the terminal", async () => {
  const text = "x\u001b[2Jy\u0007z\u001b]0;title\u0007\r\u202e";
  const { stdout, stderr } = await play(80, true, [
    { at: 0, event: { type: "step-started", step: "s", title: text, rows: [text] } },
    { at: 0, event: { type: "row", step: "s", row: text, status: "failed", text } },
    { at: 0, event: { type: "error", error: { message: text, exitCode: 4, host: text, detail: text, next: text } } },
    { at: 0, event: { type: "step-finished", step: "s", status: "failed", durationMs: 1, summary: text } },
    { at: 0, event: { type: "table", title: text, columns: [text], rows: [[text]] } },
    { at: 0, event: { type: "result", verb: "v", status: "failed", text: [text] } },
  ]);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
  expect(stdout + stderr).not.toMatch(/\u001b\[2J|\u0007|\u001b\]|\r|\u202e/);
  expect(stdout).toContain("xy\\u{7}z \\u{202e}");
});
