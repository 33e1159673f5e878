import { expect, test } from "vitest";
import { createOutput } from "../../src/output/output.ts";
import { clock, story, TestStream } from "./streams.ts";

test("every event is one line on stdout; what people read is on stderr", async () => {
  const [stdout, stderr, time] = [new TestStream(), new TestStream(), clock()];
  const output = createOutput({ mode: "json", stdout, stderr, color: false, verbose: false, now: time.now });
  for (const { at, event } of story) {
    time.advance(at);
    output.emit(event);
  }
  await output.close();
  const lines = stdout.text.trimEnd().split("\n");
  expect(lines[0]).toBe(
    '{"time":"2026-01-02T03:04:05.000Z","type":"start","schemaVersion":1,"program":"quintet","version":"1.2.3","verb":"apply"}',
  );
  expect(lines[1]).toBe(
    '{"time":"2026-01-02T03:04:05.000Z","type":"step-started","step":"generate","title":"Write the project"}',
  );
  expect(lines[2]).toBe(
    '{"time":"2026-01-02T03:04:05.700Z","type":"step-finished","step":"generate","status":"done","durationMs":700,"summary":"41 files"}',
  );
  expect(
    lines.map((line) => {
      const { time, ...event } = JSON.parse(line);
      return event;
    }),
  ).toEqual(story.map(({ event }) => event));
  expect(stderr.text).toContain("== Apply: web1, web2, db1\nWarning: The database has no replica.\n");
  expect(stderr.text).toContain("One thing more.\napp1 | listening\n# As it is\nNot applied.\n");
});

test("nothing in a line acts on a terminal or a pipeline's runner, and it still means the same", async () => {
  const [stdout, stderr] = [new TestStream(), new TestStream()];
  const output = createOutput({ mode: "json", stdout, stderr, color: false, verbose: false });
  const message = "\u001b[31m \u009b31m \u202e \u{e0041} ##[error]x ##vso[task] #\u00ad#[error] # ## #1 [::]";
  output.emit({ type: "info", message });
  await output.close();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it looks for them
  expect(stdout.text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|\p{Cf}|#\w*\[/u);
  expect(JSON.parse(stdout.text)).toMatchObject({ message });
});
