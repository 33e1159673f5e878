import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Event, eventSchema, eventsJsonSchema } from "../src/events.ts";
import { story } from "./output/streams.ts";

const written = JSON.parse(readFileSync("docs/events.schema.json", "utf8"));
const line = z.fromJSONSchema(written);
const time = "2026-01-02T03:04:05.000Z";
const all = story.map(({ event }) => event);

test("docs/events.schema.json is what scripts/write-schemas.ts writes now", () => {
  expect(written).toEqual(eventsJsonSchema());
});

test("the story that the outputs are tested with has every type of event in it", () => {
  const types = eventSchema.options.map((option) => option.shape.type.value);
  expect([...new Set(all.map(({ type }) => type))].sort()).toEqual(types.sort());
});

test.each(all)("an event fits both schemas: %o", (event) => {
  eventSchema.parse(event);
  line.parse({ time, ...event });
});

describe("what does not fit", () => {
  const info: Event = { type: "info", message: "x" };
  test.each<[string, object]>([
    ["no time", info],
    ["a time that is none", { ...info, time: "today" }],
    ["an unknown type", { ...info, time, type: "inform" }],
    ["an unknown key", { ...info, time, massage: "x" }],
    ["a missing key", { type: "info", time }],
    ["another version", { time, type: "start", schemaVersion: 2, program: "quintet", version: "1.0.0", verb: "apply" }],
    ["an exit code that nobody knows", { time, type: "error", error: { message: "x", next: "y", exitCode: 77 } }],
    ["an error with more in it", { time, type: "error", error: { message: "x", next: "y", exitCode: 2, why: "z" } }],
  ])("%s", (_, event) => {
    expect(line.safeParse(event).success).toBe(false);
  });
});
