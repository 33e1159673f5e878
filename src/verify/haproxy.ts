import type { Session } from "../remote/session.ts";

/** Sends standard input to HAProxy's runtime socket and prints the answer: python3 is on every host, socat is not. */
const TALK = `import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
s.connect(sys.argv[1])
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while True:
    b = s.recv(65536)
    if not b: break
    sys.stdout.buffer.write(b)
`;

export interface PoolServer {
  readonly backend: string;
  readonly server: string;
  /** As HAProxy says it: UP, DOWN, MAINT, no check, ... */
  readonly status: string;
}

/** Every server of every backend, as one balancer sees it now. */
export async function poolServers(session: Session): Promise<PoolServer[]> {
  const result = await session.run(["python3", "-c", TALK, "/run/haproxy/admin.sock"], {
    input: "show stat\n",
    sudo: true,
    timeoutMs: 10_000,
  });
  if (result.exitCode !== 0) {
    throw new Error(`HAProxy's runtime socket does not answer: ${result.stderr.trim().split("\n").at(-1)}`);
  }
  return parseStat(result.stdout);
}

/** The servers in the answer to `show stat` (CSV; HAProxy's management guide, 9.1). */
export function parseStat(csv: string): PoolServer[] {
  const [heading = "", ...lines] = csv.trim().split("\n");
  const columns = heading.replace(/^# /, "").split(",");
  const at = (name: string) => columns.indexOf(name);
  const [backend, server, status] = [at("pxname"), at("svname"), at("status")];
  if (backend < 0 || server < 0 || status < 0) throw new Error(`not an answer to "show stat": ${heading.slice(0, 80)}`);
  return lines
    .map((line) => line.split(","))
    .map((cells) => ({ backend: cells[backend] ?? "", server: cells[server] ?? "", status: cells[status] ?? "" }))
    .filter((row) => row.server !== "" && row.server !== "FRONTEND" && row.server !== "BACKEND");
}
