import { QuintetError } from "../errors.ts";
import { hostLocals } from "../generate/locals.ts";
import { errorFields, type Finding } from "../preflight/finding.ts";
import { judge } from "../preflight/judge.ts";
import { CONNECT_MS, type Looked, lookAtHosts } from "../preflight/look.ts";
import { selectHosts } from "../stack/limit.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { type PinOptions, pinHostKeys } from "./pin-host-keys.ts";
import { step } from "./step.ts";

export interface PreflightOptions extends PinOptions, Pick<CommonOptions, "limit"> {}

export interface PreflightResult {
  readonly looked: readonly Looked[];
  readonly findings: readonly Finding[];
}

/**
 * Looks at the hosts, in parallel, changing nothing, and finds what would make the playbook fail.
 * Emits every fault and throws the last (exit code 3); the table of hosts is shown where there are faults.
 */
export async function preflight(
  stack: Stack,
  options: PreflightOptions,
  context: CommandContext,
): Promise<PreflightResult> {
  return checkHosts(stack, await approach(stack, options, context), context);
}

/** The same for hosts that were approached. */
export async function checkHosts(
  stack: Stack,
  hosts: readonly Host[],
  context: CommandContext,
): Promise<PreflightResult> {
  return step(
    context,
    "preflight",
    "Check the hosts",
    hosts.map(({ name }) => name),
    async () => {
      const result = await lookAndJudge(stack, hosts, context);
      if (faultsOf(result).length > 0) context.emit(hostTable(result));
      throwFaults(result, context);
      return { result, summary: areFit(hosts.length) };
    },
  );
}

/** The hosts to look at. Everything that somebody has to be asked is asked here, before a list is on the screen. */
export async function approach(
  stack: Stack,
  options: PreflightOptions,
  context: CommandContext,
): Promise<readonly Host[]> {
  const hosts = selectHosts(stack, options.limit);
  await pinHostKeys({ ...stack, hosts }, options, context);
  await context.login.prepare(stack, hosts, { signal: context.signal, timeoutMs: CONNECT_MS });
  return hosts;
}

/** The same without an end: what was found, and a row a host that says how it did. */
export async function lookAndJudge(
  stack: Stack,
  hosts: readonly Host[],
  context: CommandContext,
): Promise<PreflightResult> {
  const { emit, signal, login, now } = context;
  const row = (host: string, status: "running" | "done" | "failed", text: string) =>
    emit({ type: "row", step: "preflight", row: host, status, text });
  const needsOf = (host: Host) => {
    const { packages, services } = hostLocals(stack, host);
    return { packages, units: services };
  };
  const looked = await lookAtHosts(stack, hosts, needsOf, {
    connect: login.connect,
    ...(context.lockedAs === undefined ? {} : { lockedAs: context.lockedAs }),
    now,
    signal,
    onProgress: (host, doing) => row(host.name, "running", doing),
  });
  const result = { looked, findings: judge(stack, looked) };
  for (const { host, facts } of looked) {
    const own = result.findings.filter((finding) => finding.host === host.name && finding.kind === "fault");
    const system = `${systemOf(facts)}, Python ${facts?.python ?? "missing"}`;
    if (own[0] === undefined) row(host.name, "done", system);
    else row(host.name, "failed", own.length === 1 ? own[0].message : `${own.length} faults`);
  }
  for (const { kind, message, next } of result.findings) {
    if (kind === "warning") emit({ type: "warning", message, next });
  }
  return result;
}

export function areFit(count: number): string {
  return count === 1 ? "1 host is fit" : `${count} hosts are fit`;
}

export function faultsOf({ findings }: PreflightResult): Finding[] {
  return findings.filter(({ kind }) => kind === "fault");
}

/** Emits every fault and throws the last; returns where there is none. */
export function throwFaults(result: PreflightResult, { emit }: Pick<CommandContext, "emit">): void {
  const errors = faultsOf(result).map(errorFields);
  const last = errors.pop();
  for (const error of errors) emit({ type: "error", error });
  if (last !== undefined) throw new QuintetError(last);
}

const COLUMNS = ["host", "system", "CPUs", "memory", "free disk", "clock", "sudo", "verdict"];

/** A row a host, for people. */
export function hostTable({ looked, findings }: PreflightResult) {
  const rows = looked.map(({ host, facts, clock }) => {
    const own = findings.filter((finding) => finding.host === host.name);
    return [
      host.name,
      systemOf(facts),
      String(facts?.cpus ?? "-"),
      gib(facts?.memoryMb),
      gib(facts?.freeMb),
      clock === undefined ? "-" : `${clock.offsetMs < 0 ? "-" : "+"}${(Math.abs(clock.offsetMs) / 1000).toFixed(1)} s`,
      facts?.sudo ?? "-",
      verdict(own, facts !== undefined),
    ];
  });
  return { type: "table" as const, title: "The hosts", columns: COLUMNS, rows };
}

function verdict(own: readonly Finding[], reached: boolean): string {
  const faults = own.filter(({ kind }) => kind === "fault").length;
  if (!reached) return "no answer";
  if (faults > 0) return faults === 1 ? "1 fault" : `${faults} faults`;
  return own.length === 0 ? "fit" : `fit, ${own.length === 1 ? "1 warning" : `${own.length} warnings`}`;
}

function systemOf(facts: Looked["facts"]): string {
  if (facts === undefined) return "-";
  return [facts.distribution ?? "unknown", facts.version ?? facts.codename].filter(Boolean).join(" ");
}

function gib(mib: number | undefined): string {
  return mib === undefined ? "-" : mib < 1024 ? `${mib} MiB` : `${(mib / 1024).toFixed(1)} GiB`;
}
