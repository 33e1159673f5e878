import { createReadStream } from "node:fs";
import type { Architecture } from "../artifact/node.ts";
import { ARCHITECTURES } from "../artifact/node.ts";
import { sumOf } from "../artifact/sum.ts";
import type { Emit } from "../events.ts";
import type { Sessions } from "../remote/sessions.ts";
import type { Situation } from "./look.ts";
import { callTool } from "./tool.ts";

/** What is to be on the hosts before a release begins. */
export interface Parcels {
  readonly artifact: string;
  /** Archives, absolute paths. */
  readonly app: string;
  readonly web: string;
  readonly runtime: string | undefined;
  /** The archive of the runtime for a processor. */
  readonly runtimeFor: (architecture: Architecture) => Promise<string>;
}

/** Uploads to every host what it has not got yet, all at the same time. Returns how many hosts got anything. */
export async function sendParcels(
  parcels: Parcels,
  { app, web }: Situation,
  sessions: Sessions,
  signal: AbortSignal,
  emit: Emit,
): Promise<number> {
  const sums = new Map<string, Promise<string>>();
  const sumOnce = (file: string) => {
    const known = sums.get(file) ?? sumOf(file);
    sums.set(file, known);
    return known;
  };
  const send = async (host: string, words: readonly string[], file: string) => {
    const source = createReadStream(file);
    try {
      await callTool(await sessions.to(host), [...words, await sumOnce(file)], { source, signal });
    } finally {
      source.destroy();
    }
  };
  const row = (row: string, status: "running" | "done" | "failed", text: string) =>
    emit({ type: "row", step: "send", row, status, text });
  const toHost = async (host: string, parts: readonly (() => Promise<void>)[]) => {
    row(host, "running", "receiving");
    try {
      for (const part of parts) await part();
    } catch (error) {
      row(host, "failed", error instanceof Error ? error.message : String(error));
      throw error;
    }
    row(host, "done", parts.length === 0 ? "has it already" : "has it");
    return parts.length;
  };
  const partsOfApp = ({ host, artifacts, runtimes, machine }: Situation["app"][number]) => {
    const parts: (() => Promise<void>)[] = [];
    const architecture = ARCHITECTURES[machine as keyof typeof ARCHITECTURES] ?? "x64";
    const name = `${parcels.runtime}-linux-${architecture}`;
    if (parcels.runtime !== undefined && !runtimes.includes(name))
      parts.push(async () => send(host, ["app", "runtime", name], await parcels.runtimeFor(architecture)));
    if (!artifacts.includes(parcels.artifact))
      parts.push(() => send(host, ["app", "receive", parcels.artifact], parcels.app));
    return parts;
  };
  const work = new Map<string, (() => Promise<void>)[]>();
  for (const one of app) work.set(one.host, partsOfApp(one));
  for (const { host, artifacts } of web) {
    const parts = work.get(host) ?? [];
    if (!artifacts.includes(parcels.artifact))
      parts.push(() => send(host, ["web", "receive", parcels.artifact], parcels.web));
    work.set(host, parts);
  }
  const ends = await Promise.allSettled([...work].map(([host, parts]) => toHost(host, parts)));
  const failed = ends.find((end) => end.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  return [...work.values()].filter((parts) => parts.length > 0).length;
}
