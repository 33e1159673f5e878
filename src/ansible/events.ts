import { z } from "zod";

const taskName = { host: z.string(), role: z.string().nullable(), task: z.string() };
const text = z.string().transform((value) => value.replaceAll("\r\n", "\n"));
const counts = z.object({
  ok: z.int(),
  changed: z.int(),
  failed: z.int(),
  unreachable: z.int(),
  skipped: z.int(),
  rescued: z.int(),
  ignored: z.int(),
});

/** One line of callback_plugins/quintet_events.py. */
const ansibleEvent = z.discriminatedUnion("event", [
  /** Hosts that will work, with the number of tasks that each has before includes and handlers. */
  z.object({ event: z.literal("playbook"), hosts: z.record(z.string(), z.int()) }),
  z.object({ event: z.literal("play"), name: z.string() }),
  /** A play whose hosts are all outside --limit, or in no group. */
  z.object({ event: z.literal("no-hosts") }),
  z.object({ event: z.literal("include"), file: z.string(), hosts: z.array(z.string()) }),
  z.object({ event: z.literal("task-start"), ...taskName, handler: z.boolean() }),
  z.object({ event: z.literal("retry"), ...taskName, attempt: z.int(), of: z.int() }),
  z.object({ event: z.literal("item-failed"), ...taskName, item: z.string(), message: text }),
  z.object({
    event: z.literal("task-end"),
    ...taskName,
    handler: z.boolean(),
    status: z.enum(["ok", "changed", "skipped", "failed", "unreachable", "ignored"]),
    ms: z.int(),
    message: text.optional(),
    diff: text.optional(),
  }),
  /** `failed` leaves out what a rescue section made good; `ok` counts changed and ignored tasks too. */
  z.object({ event: z.literal("stats"), hosts: z.record(z.string(), counts) }),
]);

export type AnsibleEvent = z.output<typeof ansibleEvent>;

/** A line of ansible-playbook's stdout -> an event, or undefined: something that a program printed in between. */
export function parseLine(line: string): AnsibleEvent | undefined {
  if (!line.startsWith('{"event"')) return undefined;
  try {
    return ansibleEvent.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
