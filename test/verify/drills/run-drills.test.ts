import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Machines } from "../../../src/machines/machines.ts";
import type { CheckReport } from "../../../src/report/schema.ts";
import { runDrills } from "../../../src/verify/drills/run-drills.ts";
import { drillOf, makeWorld } from "./world.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-drills-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const check = (status: CheckReport["status"]): CheckReport => ({
  ...{ id: "disk-space", tier: "database", host: "db1", title: "There is room on the disks", status },
  ...{ expected: "10 % free", actual: "1 % free", durationMs: 1 },
});

test("on machines that matter nothing is broken once a check has failed; a rehearsal goes on", async () => {
  const { context, calls, failover } = makeWorld(directory);
  const drills = [drillOf(failover())];
  const { reports } = await runDrills(drills, [check("passed"), check("failed")], { ...context, machines: undefined });
  expect(reports).toMatchObject([
    {
      status: "failed",
      measured: null,
      reason: "nothing was broken, since a check had failed: There is room on the disks (db1)",
    },
  ]);
  expect(calls).toEqual([]);
  const rehearsed = await runDrills(drills, [check("failed")], { ...context, machines: {} as Machines });
  expect(rehearsed.reports).toMatchObject([{ measured: { requests: expect.any(Number) } }]);
});

test("an acknowledged write that is lost is the last thing that happens", async () => {
  const { context, failover } = makeWorld(directory);
  const readBack = async (ids: readonly string[]) => ({
    ...{ acknowledged: ids.length, missing: ids.slice(0, 1), doubled: [], unread: [] },
  });
  const drills = [drillOf(failover()), drillOf(failover(), { id: "reload" })];
  const { reports } = await runDrills(drills, [], { ...context, readBack });
  expect(reports.map(({ status }) => status)).toEqual(["failed", "failed"]);
  expect(reports[1]?.reason).toBe("nothing more was broken, since balancer-power-loss had lost acknowledged writes");
});

test("what was measured before an abort is kept, and what was not says so", async () => {
  const { context, failover } = makeWorld(directory);
  const abort = new AbortController();
  const reason = new Error("Ctrl-C");
  const second = drillOf(failover(), { id: "reload", applies: () => void abort.abort(reason) as undefined });
  const done = runDrills([drillOf(failover()), second, drillOf(failover(), { id: "app-frozen" })], [], {
    ...context,
    signal: abort.signal,
  });
  const { reports, interrupted } = await done;
  expect(interrupted).toBe(reason);
  expect(reports.map(({ id, reason }) => `${id}: ${reason}`).slice(1)).toEqual([
    "reload: the run was interrupted",
    "app-frozen: the run was interrupted",
  ]);
});
