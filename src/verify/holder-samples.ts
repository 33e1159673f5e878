import type { RemoteStream, Session } from "../remote/session.ts";
import type { Clock } from "./clock.ts";

/** Whether a balancer held the virtual IP at one moment. */
export interface HolderSample {
  readonly host: string;
  /** Milliseconds of this computer's monotonic clock. */
  readonly at: number;
  readonly holds: boolean;
}

/** One line of a sampler: the machine's own clock and when the line arrived here, both in milliseconds. */
export interface RawSample {
  readonly machineAt: number;
  readonly arrivedAt: number;
  readonly holds: boolean;
}

/** How often a machine is asked. */
const PERIOD_MS = 50;

/**
 * Prints "<monotonic ms> <0|1>" every period until standard input ends. It reads the kernel's tables itself:
 * starting `ip` twenty times a second would cost the machine what the drill is to measure.
 */
const SAMPLE = `import ipaddress, re, select, sys, time
vip = ipaddress.ip_address(sys.argv[1])
period = float(sys.argv[2]) / 1000
if vip.version == 4:
    table, wanted = "/proc/net/fib_trie", re.compile(r"\\|-- %s\\n(?:\\s+/\\d+ [^\\n]*\\n)*?\\s+/32 host LOCAL" % re.escape(str(vip)))
else:
    table, wanted = "/proc/net/if_inet6", re.compile(r"^%s " % vip.exploded.replace(":", ""), re.M)
due = time.monotonic()
while True:
    now = time.monotonic()
    with open(table) as f:
        held = wanted.search(f.read()) is not None
    print("%.3f %d" % (now * 1000, held), flush=True)
    due = max(due + period, time.monotonic())
    if select.select([0], [], [], max(0, due - time.monotonic()))[0]:
        break
`;

export interface HolderSampler {
  readonly host: string;
  /** The newest sample; undefined until one has arrived. */
  latest(): RawSample | undefined;
  /** Ends the sampling and gives every sample in this computer's time. */
  stop(): Promise<HolderSample[]>;
}

/** Starts sampling on a balancer, over a command of its own. */
export function startSampler(session: Session, address: string, clock: Clock): HolderSampler {
  const host = session.host.name;
  const raw: RawSample[] = [];
  const argv = ["python3", "-c", SAMPLE, address.split("%")[0] ?? address, String(PERIOD_MS)];
  const stream: RemoteStream = session.stream(argv, (line) => {
    const [machineAt, holds] = line.split(" ").map(Number);
    if (machineAt === undefined || !Number.isFinite(machineAt) || (holds !== 0 && holds !== 1)) return;
    raw.push({ machineAt, arrivedAt: clock.monotonic(), holds: holds === 1 });
  });
  return {
    host,
    latest: () => raw.at(-1),
    async stop() {
      await stream.stop();
      return alignSamples(host, raw);
    },
  };
}

/**
 * Puts a machine's samples on this computer's clock: the line that came fastest tells how far the clocks are apart,
 * so a line that was held up on its way still gets the time at which it was true.
 */
export function alignSamples(host: string, raw: readonly RawSample[]): HolderSample[] {
  const offset = raw.reduce((least, { machineAt, arrivedAt }) => Math.min(least, arrivedAt - machineAt), Infinity);
  return raw.map(({ machineAt, holds }) => ({ host, at: machineAt + offset, holds }));
}
