import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { markdown } from "../../src/output/github-summary.ts";
import { createOutput } from "../../src/output/output.ts";
import { clock, story, TestStream } from "./streams.ts";

let directory: string;
let summaryFile: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "quintet-github-"));
  summaryFile = join(directory, "summary.md");
});
afterAll(() => rm(directory, { recursive: true }));

async function play(
  events: readonly { at: number; event: Event }[],
  { mode = "plain" as "plain" | "json", file = summaryFile } = {},
) {
  await writeFile(summaryFile, "");
  const [stdout, stderr, time] = [new TestStream(), new TestStream(), clock()];
  const github = { summaryFile: file, workspace: "/home/runner/shop", cwd: "/home/runner/shop/infra" };
  const output = createOutput({ mode, stdout, stderr, color: false, verbose: false, now: time.now, github });
  for (const { at, event } of events) {
    time.advance(at);
    output.emit(event);
  }
  await output.close();
  return { stdout: stdout.text, stderr: stderr.text, summary: await readFile(summaryFile, "utf8") };
}
const playEvents = (...events: Event[]) => play(events.map((event) => ({ at: 0, event })));

test("steps are groups with their outcome below; errors and warnings are annotations", async () => {
  expect(await play(story)).toMatchObject({
    stdout: `::group::Write the project
::endgroup::
== Write the project done (700 ms): 41 files
::group::Apply: web1, web2, db1
web2: FAILED: web: Start nginx (1.5 s)
web1: done: 1 changed (1.5 s)
::endgroup::
== Apply FAILED (2.0 s): 1 failed

Checks
check  result
-----  ------
http   passed

One thing more.
app1 | listening
# As it is
Not applied.
`,
    stderr: `::warning title=quintet apply::The database has no replica.%0A  Next: add a second database host
::error title=quintet apply%3A web2::A task failed on web2.%0A  Host: web2%0A  Step: web: Start nginx%0A  It said:%0A    no%0A    nginx: bad%0A  Log:  logs/x.log%0A  Next: Mend it, then: quintet apply
`,
  });
});

test("the summary", async () => {
  expect((await play(story)).summary).toBe(`## ❌ quintet apply: failed (exit code 4)

- Not applied\\.

\`\`\`text
# As it is
\`\`\`

### Hosts

| host | result | changed | failed |
| --- | --- | --- | --- |
| web1 | done: 1 changed | 1 | 0 |
| web2 | failed: Start nginx | 0 | 1 |

### Checks

| check | result |
| --- | --- |
| http | passed |

### Warnings

The database has no replica\\.

Next: add a second database host

### Errors

**A task failed on web2\\.**

Host: web2 · Step: web: Start nginx · Log: logs/x\\.log

\`\`\`text
no
nginx: bad
\`\`\`

Next: Mend it, then: quintet apply

`);
});

test("with --json, stdout is the program's alone", async () => {
  const { stdout, stderr } = await play(story, { mode: "json" });
  for (const line of stdout.trimEnd().split("\n")) JSON.parse(line);
  expect(stderr).toContain("::group::Write the project\n::endgroup::\n");
  expect(stderr).toContain("::error title=quintet apply%3A web2::");
});

test("faults of stack.yml stand at their lines, and once in one piece", async () => {
  const place = { file: "inventories/shop/stack.yml", line: 4, column: 20, message: "100% wrong: a, b" };
  const { stderr } = await playEvents(
    { type: "start", schemaVersion: 1, program: "quintet", version: "1.2.3", verb: "plan" },
    { type: "warning", message: "stack.yml:4:20  odd", places: [{ ...place, message: "odd" }] },
    {
      type: "error",
      error: {
        message: "2 things are wrong.",
        exitCode: 2,
        detail: "stack.yml:4:20  x",
        next: "Correct them.",
        places: [place, { ...place, file: "/elsewhere/stack.yml" }],
      },
    },
  );
  expect(stderr).toBe(`::warning file=infra/inventories/shop/stack.yml,line=4,col=20,title=quintet plan::odd
::error file=infra/inventories/shop/stack.yml,line=4,col=20,title=quintet plan::100%25 wrong: a, b
::error title=quintet plan::100%25 wrong: a, b
Error: 2 things are wrong.
  It said:
    stack.yml:4:20  x
  Next: Correct them.
`);
});

test("words of a host's cannot end an annotation or begin another", async () => {
  const host = "web1,line=1::x\n::add-mask::y\r%0A";
  const { stderr } = await playEvents({
    type: "error",
    error: { message: "a\n::error::b", exitCode: 4, host, detail: "c\n::set-output name=x::y", next: "d" },
  });
  expect(stderr).toBe(
    "::error title=quintet%3A web1%2Cline=1%3A%3Ax %3A%3Aadd-mask%3A%3Ay %250A::a ::error::b%0A  Host: web1,line=1::x ::add-mask::y %250A%0A  It said:%0A    c%0A    ::set-output name=x::y%0A  Next: d\n",
  );
});

test("a run that passed, and one that was interrupted in a step", async () => {
  const start: Event = { type: "start", schemaVersion: 1, program: "quintet", version: "1.2.3", verb: "verify" };
  const passed = await playEvents(start, { type: "result", verb: "verify", status: "passed", text: ["The site: x"] });
  expect(passed.summary).toBe("## ✅ quintet verify: passed\n\n- The site: x\n\n");
  const cut = await playEvents(
    start,
    { type: "step-started", step: "checks", title: "Checks" },
    { type: "error", error: { message: "Interrupted.", exitCode: 130, next: "Again." } },
  );
  expect(cut.summary).toContain("## ❌ quintet verify: interrupted\n");
  expect(cut.stdout).toBe("::group::Checks\n::endgroup::\n");
});

test("a summary that cannot be written is a warning", async () => {
  const { stderr } = await play([], { file: join(directory, "absent/summary.md") });
  expect(stderr).toMatch(/^::warning::The job summary cannot be written: ENOENT/);
});

test("no text breaks a table, ends a block of code, or is HTML", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({
        unit: fc.constantFrom(
          "`",
          "```",
          "~~~",
          "|",
          "\\",
          "<b>",
          "&lt;",
          "\n",
          "\r",
          "a",
          " ",
          "#",
          "*",
          "[x](y)",
          "-",
        ),
      }),
      async (text) => {
        const { summary } = await playEvents(
          { type: "table", title: text, columns: ["a", "b"], rows: [[text, text]] },
          { type: "error", error: { message: text, exitCode: 4, detail: text, next: text } },
        );
        const lines = summary.split("\n");
        const row = lines.findIndex((line) => line.startsWith("| ---")) + 1;
        expect(lines[row]?.replaceAll(/\\./g, "").split("|").length).toBe(4);
        const opens = lines.findIndex((line) => /^`{3,}text$/.test(line));
        const fence = lines[opens]?.replace("text", "") ?? "";
        const closes = lines.findIndex((line, index) => index > opens && line.startsWith(fence));
        expect(lines[closes]).toBe(fence);
        expect(lines.slice(closes + 1).join("\n")).toMatch(/^\n(Next: .*)\n\n$/);
        const outside = [...lines.slice(0, opens), ...lines.slice(closes + 1)].join("\n");
        expect(outside).not.toMatch(/<|>/);
      },
    ),
    { numRuns: 200 },
  );
});

test("text stays readable as Markdown", () => {
  expect(markdown("status 200 from web1: a|b <i>")).toBe("status 200 from web1: a\\|b &lt;i&gt;");
});
