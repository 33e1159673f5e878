import { Agent } from "node:https";
import type { Machines } from "../../machines/machines.ts";
import { hostsOf } from "../../stack/stack.ts";
import { healthProblems, holdersNow, waitForHealth } from "../health.ts";
import { type Load, type LoadKind, startLoad } from "../load/load.ts";
import type { DrillReport } from "../../report/schema.ts";
import { arm, disarm, powerOn } from "./armed.ts";
import type { Drill, DrillContext } from "./drill.ts";
import { type HolderSample, type HolderSampler, startSampler } from "../holder-samples.ts";
import { measure, OBJECTIVE, shortfalls } from "./judge.ts";

const ID = "balancer-power-loss";
const TITLE = "The balancer that holds the virtual IP loses power";
const RATE = 100;
/** Before the power cut: shows that the load itself does no harm. */
const BASELINE_MS = 2_000;
/** Service is back when nothing failed for this long. */
const CALM_MS = 2_000;
const TAKEOVER_LIMIT_MS = 30_000;
const REDUNDANCY_LIMIT_MS = 120_000;

type Outcome = Pick<DrillReport, "status" | "measured"> & { readonly reason?: string };

export const balancerPowerLoss: Drill = {
  id: ID,
  title: TITLE,
  async run(context) {
    const outcome = await attempt(context);
    return { id: ID, title: TITLE, objective: { ...OBJECTIVE }, ...outcome };
  },
};

async function attempt(context: DrillContext): Promise<Outcome> {
  if (context.machines === undefined) {
    return { status: "skipped", reason: "it needs a power switch, which only rehearsal machines have", measured: null };
  }
  const problems = await healthProblems(context);
  context.signal.throwIfAborted();
  const [holder] = problems.length === 0 ? await holdersNow(context) : [];
  const other = hostsOf(context.stack, "loadbalancer").find((host) => host.name !== holder)?.name;
  if (holder === undefined || other === undefined) {
    return fail(`the stack was not healthy before it began: ${problems.join("; ") || "there is one balancer only"}`);
  }
  return cutPower(context, context.machines, holder, other);
}

async function cutPower(context: DrillContext, machines: Machines, holder: string, other: string): Promise<Outcome> {
  const { stack, sessions, clock, signal } = context;
  const samplers: HolderSampler[] = [];
  const startSampling = async (host: string) =>
    samplers.push(startSampler(await sessions.to(host), stack.virtualIp.address, clock));
  const say = teller(context);
  const kept = new Agent({ keepAlive: true });
  let load: Load | undefined;
  let cut = false;
  try {
    await Promise.all([startSampling(holder), startSampling(other)]);
    await arm(stack, ID, holder);
    const startedAt = clock.monotonic();
    load = startLoad({ rate: RATE, maxMs: 300_000, kinds: kindsOf(context, kept), clock });
    say(load, holder, "running", "holds the virtual IP");
    await clock.sleep(BASELINE_MS, signal);
    const early = load.records.find((record) => !record.ok);
    if (early !== undefined || load.records.length === 0) {
      return fail(`requests failed before anything was broken: ${early?.error ?? early?.status ?? "no answers"}`);
    }
    if (samplers.some((sampler) => sampler.latest() === undefined))
      return fail("a balancer gave no samples of the virtual IP");

    const injectedAt = clock.monotonic();
    cut = true;
    await machines.powerOff(stack, holder);
    sessions.forget(holder);
    say(load, holder, "unreachable", "without power");
    const calm = await untilCalm(context, load, samplers, other, injectedAt, say);

    say(load, holder, "running", "power comes back");
    await machines.start(stack, holder);
    cut = false;
    sessions.forget(holder);
    await startSampling(holder);
    const left = await waitForHealth(context, REDUNDANCY_LIMIT_MS, (text) => say(load, holder, "running", text));
    await clock.sleep(1_000, signal);

    const finishedAt = clock.monotonic();
    const { records, maxLatenessMs } = await load.stop();
    const samples: HolderSample[] = (await Promise.all(samplers.map((sampler) => sampler.stop()))).flat();
    const measured = measure({ records, samples, injectedAt, startedAt, finishedAt, victim: holder });
    if (maxLatenessMs > 250) {
      const message = `The load generator fell behind by up to ${Math.round(maxLatenessMs)} ms: this computer was too busy.`;
      context.emit({ type: "warning", message, next: "Repeat the drill while nothing else runs here." });
    }
    const faults = [
      ...(calm ? [] : [`service was not steady again within ${TAKEOVER_LIMIT_MS / 1000} s`]),
      ...shortfalls(measured),
      ...left.map((problem) => `not back to full redundancy: ${problem}`),
    ];
    say(load, holder, left.length === 0 ? "done" : "failed", left[0] ?? "back, in full redundancy");
    return faults.length === 0
      ? { status: "passed", measured }
      : { status: "failed", reason: faults.join("; "), measured };
  } catch (error) {
    signal.throwIfAborted();
    return fail(error instanceof Error ? error.message : String(error));
  } finally {
    await Promise.all([
      heal(context, machines, holder, cut),
      load?.stop(),
      ...samplers.map((sampler) => sampler.stop()),
    ]);
    kept.destroy();
  }
}

/** Never skipped and never aborted. A machine that stays dark stays armed: the next run tries again. */
async function heal(context: DrillContext, machines: Machines, holder: string, cut: boolean): Promise<void> {
  try {
    if (cut) await powerOn(context.stack, machines, holder);
    await disarm(context.stack);
  } catch (error) {
    context.emit({
      type: "warning",
      message: `${holder} could not be switched on again: ${(error as Error).message}`,
      next: context.command("rehearse up"),
    });
  }
}

/** Mostly new connections, which is what a failover is about; one in five on kept ones, which is what browsers have. */
function kindsOf({ stack, ask }: DrillContext, kept: Agent): LoadKind[] {
  const { dynamic } = stack.checks;
  const file = stack.checks.static ?? dynamic;
  const kind = (name: string, path: string, agent?: Agent): LoadKind => ({
    name,
    send: () => ask({ path, ...(agent === undefined ? {} : { agent }) }),
  });
  return [
    kind("static, new connection", file),
    kind("dynamic, new connection", dynamic),
    kind("static, new connection", file),
    kind("dynamic, new connection", dynamic),
    kind("dynamic, kept connection", dynamic, kept),
  ];
}

/** Whether the other balancer took over and requests succeed steadily, within the limit. */
async function untilCalm(
  { clock, signal }: DrillContext,
  load: Load,
  samplers: readonly HolderSampler[],
  other: string,
  injectedAt: number,
  say: ReturnType<typeof teller>,
): Promise<boolean> {
  const sampler = samplers.find((one) => one.host === other);
  while (clock.monotonic() < injectedAt + TAKEOVER_LIMIT_MS) {
    await clock.sleep(250, signal);
    const taken = sampler?.latest()?.holds === true;
    say(load, other, "running", taken ? "holds the virtual IP" : "does not hold the virtual IP yet");
    const recent = load.records.filter((record) => record.endedAt > clock.monotonic() - CALM_MS);
    // What was sent before the power cut may still be waiting for its timeout; calm is about what came after.
    const steady = recent.length >= (RATE * CALM_MS) / 2_000 && recent.every((record) => record.ok);
    if (taken && steady && clock.monotonic() - injectedAt > CALM_MS) return true;
  }
  return false;
}

function teller({ emit }: DrillContext) {
  return (
    load: Load | undefined,
    host: string,
    status: "running" | "done" | "failed" | "unreachable",
    text: string,
  ) => {
    emit({ type: "row", step: ID, row: host, status, text });
    if (load === undefined) return;
    const failed = load.records.filter((record) => !record.ok).length;
    const count = `${load.records.length} requests, ${failed} failed`;
    emit({ type: "row", step: ID, row: "load", status: "running", text: count });
  };
}

function fail(reason: string): Outcome {
  return { status: "failed", reason, measured: null };
}
