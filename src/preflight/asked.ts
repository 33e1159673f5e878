import { z } from "zod";

/** What one host is asked, by one program that runs there as root. */
export interface Questions {
  readonly ports: readonly number[];
  readonly listen: Readonly<Record<string, { address: string; port: number }>>;
  readonly connect: Readonly<Record<string, { address: string; port: number }>>;
  readonly neighbour?: string;
  readonly vrrp?: {
    readonly device: string;
    readonly address: string;
    readonly peer: string | null;
    readonly first: boolean;
    readonly seconds: number;
  };
  readonly mirror: boolean;
  /** Where the lock of the host is, and the run that may have it: this one. */
  readonly lock: { readonly directory: string; readonly run: string | null };
}

const maybe = <T extends z.ZodType>(type: T) => z.union([type, z.null().transform(() => undefined)]).optional();

/** What it says, whatever the host has made of it. */
export const answers = z.object({
  ports: z
    .array(
      z
        .object({
          port: z.int(),
          address: z.string(),
          pid: maybe(z.int()),
          program: maybe(z.string()),
          unit: maybe(z.string()),
        })
        .transform(({ port, address, pid, program, unit }) => ({ port, address, pid, program, unit })),
    )
    .default([]),
  filters: z
    .object({
      others: z.array(z.object({ name: z.string(), tool: z.string(), strict: z.boolean() })),
      own: z.union([z.array(z.string()), z.null()]),
    })
    .transform(({ others, own }) => ({ others, own: own ?? undefined }))
    .optional(),
  listen: z.record(z.string(), z.enum(["ours", "held", "absent", "failed", "another run"])).default({}),
  connect: z.record(z.string(), z.enum(["open", "refused", "dropped", "unreachable"])).default({}),
  /** Another run has the lock of the host; what it says of itself. Then nothing was opened here. */
  lockedBy: maybe(z.object({ user: z.string(), computer: z.string(), command: z.string() })),
  neighbour: maybe(z.string()),
  vrrp: z
    .object({
      adverts: z.array(z.object({ source: z.string(), routerId: z.int(), priority: z.int() })),
      heard: z.union([z.boolean(), z.null()]),
    })
    .transform(({ adverts, heard }) => ({ adverts, heard: heard ?? undefined }))
    .optional(),
  mirror: z
    .object({
      sources: z.array(z.object({ uri: z.string(), ok: z.boolean(), said: z.string() })),
      local: z.int(),
    })
    .optional(),
  /** What could not be found out, and why. */
  errors: z.record(z.string(), z.string()).default({}),
});

export type Answers = z.output<typeof answers>;
