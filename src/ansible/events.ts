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
    /** In check mode, of what would be done: the file, and whether its diff is kept back; the service; a script's words. */
    path: z.string().optional(),
    hidden: z.boolean().optional(),
    service: z.object({ name: z.string(), state: z.string() }).optional(),
    lines: z.array(z.string()).optional(),
    /** In check mode: it was due, but cannot say what it would do. */
    unchecked: z.boolean().optional(),
  }),
  /** `failed` leaves out what a rescue section made good; `ok` counts changed and ignored tasks too. */
  z.object({ event: z.literal("stats"), hosts: z.record(z.string(), counts) }),
]);

export type AnsibleEvent = z.output<typeof ansibleEvent>;

/** What an event is and whom it is about: never a secret, though a weak password may be the same word. */
const NEVER_SECRET = ["event", "status", "host", "role"];

/**
 * A line of ansible-playbook's stdout -> an event, or undefined: something that a program printed in between. `mask` goes
 * over every other text in it.
 */
export function parseLine(line: string, mask: (text: string) => string = (text) => text): AnsibleEvent | undefined {
  if (!line.startsWith('{"event"')) return undefined;
  try {
    return ansibleEvent.safeParse(
      JSON.parse(line, (key, value: unknown) =>
        typeof value === "string" && !NEVER_SECRET.includes(key) ? mask(value) : value,
      ),
    ).data;
  } catch {
    return undefined;
  }
}
