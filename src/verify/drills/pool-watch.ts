import type { RemoteStream, Session } from "../../remote/session.ts";
import type { Clock } from "../clock.ts";

/** How often a balancer is asked; a line comes when something has changed, and each second. */
const PERIOD_MS = 150;

/**
 * Prints "<backend>/<server>=<status>,…" of all servers. One process all through: starting one for each question would
 * cost the machine what the drill is to measure. HAProxy gets half a second to answer; "?" where it does not.
 */
const WATCH = `import csv, io, select, socket, sys, time
def stat():
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(0.5)
    try:
        s.connect("/run/haproxy/admin.sock")
        s.sendall(b"show stat\\n")
        said = b""
        while chunk := s.recv(65536): said += chunk
    finally:
        s.close()
    rows = csv.DictReader(io.StringIO(said.decode().lstrip("# ")))
    return ",".join("%s/%s=%s" % (r["pxname"], r["svname"], r["status"]) for r in rows if r["svname"] not in ("FRONTEND", "BACKEND"))
was, told = None, 0
while True:
    try: now = stat()
    except (OSError, KeyError): now = "?"
    if now != was or time.monotonic() - told >= 1:
        print(now, flush=True)
        was, told = now, time.monotonic()
    if select.select([0], [], [], float(sys.argv[1]) / 1000)[0]: break
`;

/** A server's state, as HAProxy says it, by "backend/server". */
export type Pools = ReadonlyMap<string, string>;

export interface PoolWatch {
  /** What the balancer said last, and when; undefined: nothing yet. No pools: HAProxy does not answer. */
  latest(): { readonly at: number; readonly pools: Pools | undefined } | undefined;
  stop(): Promise<void>;
}

export interface PoolWorld {
  /** A new SSH connection to the balancer, for the watch alone; it is closed in the end. */
  readonly connect: () => Promise<Session>;
  readonly clock: Clock;
  /** Every change is told. */
  readonly changed: (pools: Pools | undefined) => void;
}

const RECONNECT_MS = 250;

/** Watches the pools of one balancer until it is stopped, over restarts of the machine. */
export function watchPools({ connect, clock, changed }: PoolWorld): PoolWatch {
  const stopping = new AbortController();
  let last: { at: number; pools: Pools | undefined } | undefined;
  let text: string | undefined;
  let stream: RemoteStream | undefined;

  const listen = async () => {
    const session = await connect();
    try {
      stopping.signal.throwIfAborted();
      const said = (line: string) => {
        const pools = parsePools(line);
        last = { at: clock.monotonic(), pools };
        if (line === text) return;
        text = line;
        changed(pools);
      };
      stream = session.stream(["python3", "-c", WATCH, String(PERIOD_MS)], said, { sudo: true });
      await stream.ended;
    } finally {
      session.close();
    }
  };
  const listenOn = async () => {
    while (!stopping.signal.aborted) {
      await listen().catch(() => {});
      await clock.sleep(RECONNECT_MS, stopping.signal).catch(() => {});
    }
  };
  const ended = listenOn();
  return {
    latest: () => last,
    async stop() {
      stopping.abort();
      await stream?.stop();
      await Promise.race([ended, clock.sleep(RECONNECT_MS)]);
    },
  };
}

/** One line of the watch. */
export function parsePools(line: string): Pools | undefined {
  if (line === "?" || line === "") return undefined;
  return new Map(
    line.split(",").map((entry) => {
      const at = entry.indexOf("=");
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
}
