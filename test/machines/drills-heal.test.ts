import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { createLogin } from "../../src/remote/login.ts";
import { makeSessions } from "../../src/remote/sessions.ts";
import { DRILL_IDS, type DrillId } from "../../src/stack/drill-ids.ts";
import { systemClock } from "../../src/verify/clock.ts";
import { ARMED_MS } from "../../src/verify/drills/armed.ts";
import { drillsNamed } from "../../src/verify/drills/drills.ts";
import { leftovers } from "../../src/verify/drills/leftovers.ts";
import { healthProblems } from "../../src/verify/health.ts";
import { LOCK } from "./drilled.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, sharedStack } from "./shared.ts";
import { start } from "./started.ts";

const reason = await whyNoMachines();
/** A machine boots, a database recovers, a balancer looks twice. */
const AFTERWARDS_MS = 40_000;

/** What of the stack is not as it should be, as anybody could see it: nothing of the killed run is used. */
async function problems(): Promise<string[]> {
  const stack = await sharedStack();
  const sessions = makeSessions(stack, createLogin().connect);
  const look = { stack, hosts: stack.hosts, sessions } as Parameters<typeof healthProblems>[0];
  try {
    // At once: a host without power lets each wait for an answer.
    return (await Promise.all([healthProblems(look), leftovers(look)])).flat();
  } finally {
    sessions.close();
  }
}

/** What is left when the repair's time is over, counted from `since`; nothing as soon as nothing is. */
async function untilWhole(since: number): Promise<string[]> {
  for (;;) {
    await systemClock.sleep(1_000);
    const left = await problems();
    if (left.length === 0 || systemClock.monotonic() - since > ARMED_MS + AFTERWARDS_MS) return left;
  }
}

describe.skipIf(reason !== undefined)(`a killed drill${reason === undefined ? "" : `: ${reason}`}`, () => {
  // One that did not heal says nothing of the next.
  beforeEach(async () => expect(await untilWhole(systemClock.monotonic())).toEqual([]), 2 * (ARMED_MS + AFTERWARDS_MS));

  test.each(DRILL_IDS)("%s: the machines heal by themselves", { timeout: 240_000 }, async (id: DrillId) => {
    const [drill] = drillsNamed([id]);
    const run = start(["verify", "--stack", directory, "--check", "virtual-ip-answers", "--drill", id, ...LOCK]);
    onTestFinished(() => void run.ended);
    await run.until((event: Event) => isBroken(event, id));
    run.signal("SIGKILL");
    await run.ended;
    const killedAt = systemClock.monotonic();
    // What systemd itself restarts, or what only reloads or boots, may be whole already; all else is still broken.
    const staysBroken = drill !== undefined && "fault" in drill && drill.ends === "when mended";
    // A balancer needs its time to see that a server hangs.
    if (staysBroken) await expect.poll(problems, { timeout: 40_000, interval: 500 }).not.toEqual([]);
    expect(await untilWhole(killedAt)).toEqual([]);
  });
});

/** Everything of this drill is broken now; a course is in the middle of its work. */
function isBroken(event: Event, id: DrillId): boolean {
  if (event.type !== "row" || event.step !== id) return false;
  return event.status === "unreachable" || /^(is up again|reloading nginx)/.test(event.text);
}
