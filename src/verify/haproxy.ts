import { askHaproxy } from "../remote/haproxy-socket.ts";
import type { Session } from "../remote/session.ts";

export interface PoolServer {
  readonly backend: string;
  readonly server: string;
  /** As HAProxy says it: UP, DOWN, MAINT, no check, ... */
  readonly status: string;
  /** Requests and websockets that it serves now. */
  readonly sessions: number;
}

/** Every server of every backend, as one balancer sees it now. */
export async function poolServers(session: Session): Promise<PoolServer[]> {
  return parseStat(await askHaproxy(session, "show stat"));
}

/** The servers in the answer to `show stat` (CSV; HAProxy's management guide, 9.1). */
export function parseStat(csv: string): PoolServer[] {
  const [heading = "", ...lines] = csv.trim().split("\n");
  const columns = heading.replace(/^# /, "").split(",");
  const at = (name: string) => columns.indexOf(name);
  const [backend, server, status, sessions] = [at("pxname"), at("svname"), at("status"), at("scur")];
  if (backend < 0 || server < 0 || status < 0) throw new Error(`not an answer to "show stat": ${heading.slice(0, 80)}`);
  return lines
    .map((line) => line.split(","))
    .map((cells) => ({
      backend: cells[backend] ?? "",
      server: cells[server] ?? "",
      status: cells[status] ?? "",
      sessions: Number(cells[sessions] ?? 0),
    }))
    .filter((row) => row.server !== "" && row.server !== "FRONTEND" && row.server !== "BACKEND");
}
