import { randomUUID } from "node:crypto";
import type { RemoteStream, Session } from "../remote/session.ts";
import type { Clock } from "./clock.ts";
import { LIFETIME_MS, PERIOD_MS, SAMPLER } from "./holder-program.ts";

/** Whether a balancer held the virtual IP at one moment. */
export interface HolderSample {
  readonly host: string;
  /** Milliseconds of this computer's monotonic clock. */
  readonly at: number;
  readonly holds: boolean;
}

/** One line of a sampler: the machine's own clock and when the line arrived here, both in milliseconds. */
export interface RawSample {
  /** Which start of the machine it is of: its clock begins anew with each. */
  readonly boot: string;
  readonly machineAt: number;
  /** undefined: it was sampled while nobody listened, and told later. */
  readonly arrivedAt: number | undefined;
  readonly holds: boolean;
}

export interface HolderSampler {
  readonly host: string;
  /** The newest sample that arrived when it was true; undefined until one has. */
  latest(): (RawSample & { readonly arrivedAt: number }) | undefined;
  /** Ends the sampling and gives every sample in this computer's time. Never fails. */
  stop(): Promise<HolderSample[]>;
}

export interface SamplerWorld {
  /** A new SSH connection to the host, for the sampler alone; it is closed in the end. */
  readonly connect: () => Promise<Session>;
  readonly clock: Clock;
}

/** A lost connection is made again after this long. */
const RECONNECT_MS = 250;

/**
 * Samples a balancer until it is stopped, over restarts of the machine and over times in which it is cut off: whenever
 * the connection is lost, a new one is made, and what was sampled on the machine meanwhile is told then.
 */
export function startSampler(host: string, address: string, { connect, clock }: SamplerWorld): HolderSampler {
  const argv = ["python3", "-c", SAMPLER, bare(address), String(PERIOD_MS), String(LIFETIME_MS), randomUUID()];
  const raw: RawSample[] = [];
  const stopping = new AbortController();
  let latest: (RawSample & { readonly arrivedAt: number }) | undefined;
  let stream: RemoteStream | undefined;

  const listen = async () => {
    const session = await connect();
    try {
      let boot = "";
      stopping.signal.throwIfAborted();
      stream = session.stream(argv, (line) => {
        const [what = "", first = "", second = ""] = line.split(" ");
        if (what === "boot") boot = first;
        const sample = parse(what, first, second);
        if (sample === undefined) return;
        if (what === "now") latest = { boot, ...sample, arrivedAt: clock.monotonic() };
        raw.push(what === "now" && latest !== undefined ? latest : { boot, ...sample, arrivedAt: undefined });
      });
      await stream.ended;
    } finally {
      session.close();
    }
  };
  const listenOn = async () => {
    while (!stopping.signal.aborted) {
      // A machine that is off, starting or cut off is asked again; that it gave no samples is seen by whoever judges.
      await listen().catch(() => {});
      await clock.sleep(RECONNECT_MS, stopping.signal).catch(() => {});
    }
  };
  const ended = listenOn();
  return {
    host,
    latest: () => latest,
    async stop() {
      stopping.abort();
      stream?.write("stop\n");
      await stream?.stop();
      await Promise.race([ended, clock.sleep(RECONNECT_MS)]);
      return alignSamples(host, raw);
    },
  };
}

function parse(what: string, machineAt: string, holds: string): Pick<RawSample, "machineAt" | "holds"> | undefined {
  if ((what !== "now" && what !== "past") || (holds !== "0" && holds !== "1")) return undefined;
  const at = Number(machineAt);
  return Number.isFinite(at) && machineAt !== "" ? { machineAt: at, holds: holds === "1" } : undefined;
}

/** Without the zone that a link-local address has on this computer. */
function bare(address: string): string {
  return address.split("%")[0] ?? address;
}

/**
 * Puts a machine's samples on this computer's clock: the line that came fastest since the machine's start tells how far
 * the clocks are apart, so a line that was held up on its way still gets the time at which it was true. What was told
 * twice counts once; of a start from which no line came in time, nothing can be said.
 */
export function alignSamples(host: string, raw: readonly RawSample[]): HolderSample[] {
  const offsets = new Map<string, number>();
  for (const { boot, machineAt, arrivedAt } of raw) {
    if (arrivedAt === undefined) continue;
    offsets.set(boot, Math.min(offsets.get(boot) ?? Number.POSITIVE_INFINITY, arrivedAt - machineAt));
  }
  const samples = new Map<string, HolderSample>();
  for (const { boot, machineAt, holds } of raw) {
    const offset = offsets.get(boot);
    if (offset !== undefined) samples.set(`${boot} ${machineAt}`, { host, at: machineAt + offset, holds });
  }
  return [...samples.values()].sort((a, b) => a.at - b.at);
}
