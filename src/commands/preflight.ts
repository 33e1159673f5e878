import { QuintetError, type QuintetErrorFields } from "../errors.ts";
import { judgeHosts } from "../preflight/judge.ts";
import { type HostFacts, probe } from "../preflight/probe.ts";
import type { Host, Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";
import { type PinOptions, pinHostKeys } from "./pin-host-keys.ts";
import { step } from "./step.ts";

/**
 * Looks at every host, in parallel, changing nothing, and finds what would make the playbook fail.
 * Emits every fault and throws the last (exit code 3).
 */
export async function preflight(stack: Stack, options: PinOptions, context: CommandContext): Promise<void> {
  await pinHostKeys(stack, options, context);
  const rows = stack.hosts.map((host) => host.name);
  await step(context, "preflight", "Check the hosts", rows, async () => {
    const facts = new Map<string, HostFacts>();
    const unreachable = await Promise.all(stack.hosts.map((host) => look(stack, host, facts, context)));
    const faults = [...unreachable.filter((fault) => fault !== undefined), ...judgeHosts(stack, facts)];
    throwAll(faults, context);
    return { result: undefined, summary: `${facts.size} hosts are fit` };
  });
}

async function look(
  stack: Stack,
  host: Host,
  facts: Map<string, HostFacts>,
  { emit, signal, login }: CommandContext,
): Promise<QuintetErrorFields | undefined> {
  const row = (status: "running" | "done" | "failed", text: string) =>
    emit({ type: "row", step: "preflight", row: host.name, status, text });
  row("running", `connecting to ${host.address}`);
  try {
    const session = await login.connect(stack, host, { signal });
    try {
      const virtualIp = host.tiers.includes("loadbalancer") ? stack.virtualIp.address : undefined;
      const found = await probe(session, virtualIp, signal);
      facts.set(host.name, found);
      row(
        "done",
        `${found.distribution} ${found.version ?? found.codename ?? ""}, Python ${found.python ?? "missing"}`,
      );
      return undefined;
    } finally {
      session.close();
    }
  } catch (error) {
    if (!(error instanceof QuintetError)) throw error;
    row("failed", error.message);
    return error.fields;
  }
}

function throwAll(faults: readonly QuintetErrorFields[], { emit }: CommandContext): void {
  const last = faults.at(-1);
  if (last === undefined) return;
  for (const error of faults.slice(0, -1)) emit({ type: "error", error });
  throw new QuintetError(last);
}
