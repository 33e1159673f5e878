import { z } from "zod";
import { EXIT, type QuintetErrorFields } from "./errors.ts";

/** Goes up when a program that reads the events would have to change. New events and new keys do not raise it. */
export const EVENTS_VERSION = 1;

const strings = z.array(z.string()).readonly();
const ms = z.number().nonnegative();
const count = z.int().nonnegative();

const place = z
  .strictObject({
    file: z.string().meta({ description: "As seen from where the program was called." }),
    line: z.int().positive(),
    column: z.int().positive(),
    message: z.string(),
  })
  .readonly();
const places = z.array(place).readonly().exactOptional();

const errorFields = z
  .strictObject({
    message: z.string().meta({ description: "One sentence: what went wrong." }),
    exitCode: z.literal(Object.values(EXIT)),
    host: z.string().exactOptional(),
    step: z.string().exactOptional().meta({ description: "What was being done." }),
    detail: z.string().exactOptional().meta({ description: "What the machine or the program underneath said." }),
    places: places.meta({ description: "What is wrong where, in a file of the user's." }),
    next: z.string().meta({ description: "The command to run, or the thing to change, next." }),
    logFile: z.string().exactOptional(),
  })
  .readonly();

const event = <Type extends string, Shape extends z.core.$ZodShape>(type: Type, description: string, shape: Shape) =>
  z.strictObject({ type: z.literal(type), ...shape }).meta({ description });

export const eventSchema = z.discriminatedUnion("type", [
  event("start", "The first line of every run.", {
    schemaVersion: z.literal(EVENTS_VERSION),
    program: z.literal("quintet"),
    version: z.string(),
    verb: z.string().meta({ description: "Such as `apply` or `rehearse up`; empty where none could be made out." }),
  }),
  event("step-started", "A verb's next step begins.", {
    step: z.string(),
    title: z.string(),
    rows: strings.exactOptional().meta({ description: "The hosts that it will show, if it works on hosts." }),
  }),
  event("step-finished", "The step has ended.", {
    step: z.string(),
    status: z.enum(["done", "failed", "skipped"]),
    durationMs: ms,
    summary: z.string().exactOptional(),
  }),
  event("row", "What a host, or a part of a step, is doing now.", {
    step: z.string(),
    row: z.string(),
    status: z.enum(["waiting", "running", "done", "failed", "unreachable"]),
    text: z.string(),
    done: count.exactOptional().meta({ description: "Tasks that have ended." }),
    total: count.exactOptional().meta({ description: "Tasks in all: an estimate until the end." }),
  }),
  event("load", "How the load of a drill fares, some times a second.", {
    step: z.string(),
    answered: z.array(count).readonly().meta({ description: "Successful answers in each of the last seconds." }),
    requests: count,
    failed: count,
    holders: strings.meta({ description: "The balancers that hold the virtual IP now." }),
  }),
  event("task", "One Ansible task ended on one host.", {
    host: z.string(),
    role: z.string().optional(),
    task: z.string(),
    status: z.enum(["ok", "changed", "skipped", "failed", "unreachable", "ignored"]),
    durationMs: ms,
    message: z.string().exactOptional(),
    diff: z.string().exactOptional(),
  }),
  event("warning", "Nothing failed, but somebody should know.", {
    message: z.string(),
    places,
    next: z.string().exactOptional(),
  }),
  event("info", "For people.", { message: z.string() }),
  event("table", "For people: `columns` are headings, each of `rows` has as many cells.", {
    title: z.string(),
    columns: strings,
    rows: z.array(strings).readonly(),
  }),
  event("log", "A line of a service's journal, or of what runs on a host.", { host: z.string(), line: z.string() }),
  event("document", "A text of several lines that was asked for.", { text: z.string() }),
  event("error", "What failed. Several may come; the exit code is the last one's.", { error: errorFields }),
  event("result", "The verb's last word.", {
    verb: z.string(),
    status: z.enum(["passed", "failed"]),
    text: strings.meta({ description: "For people." }),
    data: z.unknown().optional().meta({ description: "For machines: after `verify`, its report.json." }),
  }),
]);

/** What happens during a verb. Commands emit these; only src/output turns them into text. */
export type Event = z.output<typeof eventSchema>;

/** Where a row (a host, or a step of this computer) stands. */
export type RowStatus = Extract<Event, { type: "row" }>["status"];

/** Handed to every step that has something to say. */
export type Emit = (event: Event) => void;

/** Fails to compile where the schema of an error and its type are not the same. */
type Same<A, B> = [A, B] extends [B, A]
  ? keyof A extends keyof B
    ? keyof B extends keyof A
      ? true
      : never
    : never
  : never;
true satisfies Same<z.output<typeof errorFields>, QuintetErrorFields>;

/** The JSON Schema of one line of standard output with --json, for docs/events.schema.json. */
export function eventsJsonSchema(): unknown {
  const time = z.iso.datetime().meta({ description: "UTC." });
  const lines = eventSchema.options.map((option) => option.extend({ time }).meta(option.meta() ?? {}));
  return { title: "A line of `quintet … --json`", ...z.toJSONSchema(z.union(lines)) };
}
