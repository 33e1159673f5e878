import { expect, test } from "vitest";
import { createOutput } from "../../src/output/output.ts";
import { clock, story, TestStream } from "./streams.ts";

async function play(verbose: boolean) {
  const [stdout, stderr, time] = [new TestStream(), new TestStream(), clock()];
  const output = createOutput({ mode: "plain", stdout, stderr, color: true, verbose, now: time.now });
  for (const { at, event } of story) {
    time.advance(at);
    output.emit(event);
  }
  await output.close();
  return { stdout: stdout.text, stderr: stderr.text };
}

test("a line an event that matters, without any colour", async () => {
  expect(await play(false)).toEqual({
    stdout: `== Write the project
== Write the project done (700 ms): 41 files
== Apply: web1, web2, db1
web2: FAILED: web: Start nginx (1.5 s)
web1: done: 1 changed (1.5 s)
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
    stderr: `Warning: The database has no replica.
  Next: add a second database host
Error: A task failed on web2.
  Host: web2
  Step: web: Start nginx
  It said:
    no
    nginx: bad
  Log:  logs/x.log
  Next: Mend it, then: quintet apply
`,
  });
});

test("verbose adds the tasks, with their diffs", async () => {
  expect((await play(true)).stdout).toContain(`== Apply: web1, web2, db1
web1: changed: web: Install (1.5 s)
    -a
    +b
web2: FAILED: web: Start nginx (1.5 s)
`);
});

test("of an error's detail a log has more than a screen", async () => {
  const detail = Array.from({ length: 250 }, (_, index) => `line ${index + 1}`).join("\n");
  const [stdout, stderr] = [new TestStream(), new TestStream()];
  const output = createOutput({ mode: "plain", stdout, stderr, color: false, verbose: false });
  output.emit({ type: "error", error: { message: "No.", exitCode: 4, detail, next: "Go." } });
  await output.close();
  expect(stderr.text.split("\n").filter((line) => /^ {4}line \d+$/.test(line)).length).toBe(250);
});
