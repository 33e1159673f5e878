import { describe, expect, test } from "vitest";
import { agreeToDrills, chosenDrills, drillsTable, refuseInapplicable } from "../../src/commands/drills.ts";
import { QuintetError } from "../../src/errors.ts";
import type { Event } from "../../src/events.ts";
import type { Machines } from "../../src/machines/machines.ts";
import { DRILL_IDS } from "../../src/stack/drill-ids.ts";
import { stackText, validStack } from "../stack/example.ts";
import { fakeContext } from "./context.ts";

const stack = validStack(stackText({}));
const rehearsal = {} as Machines;

describe("which drills are chosen", () => {
  test("none, unless they are asked for", () => {
    expect(chosenDrills({})).toEqual({ ids: [] });
    expect(chosenDrills({}, ["balancer-power-loss"])).toEqual({ ids: ["balancer-power-loss"] });
    expect(chosenDrills({ drills: true }).ids).toEqual(DRILL_IDS);
  });

  test("those that are named, in the order in which drills run, without those that are skipped", () => {
    expect(chosenDrills({ drill: ["app-frozen", "haproxy-down"] }).ids).toEqual(["haproxy-down", "app-frozen"]);
    expect(chosenDrills({ skip: ["reload"] }).ids).toEqual(DRILL_IDS.filter((id) => id !== "reload"));
    expect(chosenDrills({ drill: ["app-frozen", "reload"], skip: ["reload"] }).ids).toEqual(["app-frozen"]);
  });

  test("with the load, the length and the objective that the flags say", () => {
    const said = { drills: true, rate: "50", duration: "1m", maxDowntime: "800" };
    expect(chosenDrills(said)).toMatchObject({ rate: 50, watchMs: 60_000, maxDowntimeMs: 800 });
  });

  test.each([
    [{ drill: ["reload"], skip: ["reload"] }, "Every drill is skipped."],
    [{ drills: true, rate: "0" }, "--rate 0 is not a whole number from 1 to 1000."],
    [{ drills: true, duration: "6m" }, "--duration 6m is more than 5 minutes."],
    [{ drills: true, maxDowntime: "-1" }, "--max-downtime -1 is not a whole number from 0 to 600000."],
    [{ rate: "50" }, "--rate is about drills, and none is asked for."],
    [{ maxDowntime: "50" }, "--max-downtime is about drills, and none is asked for."],
  ] as const)("%j: %s", (options, message) => {
    expect(() => chosenDrills(options)).toThrow(
      expect.objectContaining({ fields: expect.objectContaining({ message, exitCode: 2 }) }),
    );
  });
});

describe("the list of drills", () => {
  test("says what each would do here, what it may cost, and why it does not apply", () => {
    const rows = drillsTable(stack, undefined, {}).rows;
    expect(rows.map(([id]) => id)).toEqual(DRILL_IDS);
    const power = rows.find(([id]) => id === "balancer-power-loss");
    expect(power?.[1]).toContain("web1 or web2");
    expect(power?.[2]).toBe("800 ms without an answer");
    expect(power?.[3]).toMatch(/power/);
    expect(drillsTable(stack, rehearsal, {}).rows.find(([id]) => id === "balancer-power-loss")?.[3]).toBe("");
    expect(drillsTable(stack, rehearsal, { maxDowntime: "5" }).rows[0]?.[2]).toContain("5 ms without an answer");
    for (const [id, does] of rows) expect(`${id}: ${does}`).not.toContain("…");
  });
});

test("a drill that is asked for by its id and does not apply here is refused; one of all is skipped", () => {
  const drill = ["haproxy-killed", "balancer-power-loss"] as const;
  expect(() => refuseInapplicable(stack, undefined, { drill })).toThrow(
    /^The drill balancer-power-loss does not apply here: .*power/,
  );
  refuseInapplicable(stack, rehearsal, { drill });
  refuseInapplicable(stack, undefined, { drills: true });
});

describe("on machines that are no rehearsal", () => {
  const drills = { ids: ["haproxy-killed", "balancer-power-loss"] } as const;

  test("drills are told with their hosts, and run after a yes", async () => {
    const events: Event[] = [];
    const context = fakeContext("/here", events, { ask: { confirm: async () => true, secret: async () => "" } });
    await agreeToDrills(stack, drills, undefined, {}, context);
    const [table] = events.filter((event): event is Extract<Event, { type: "table" }> => event.type === "table");
    // The one that needs a power switch would not run.
    expect(table?.rows.map(([id]) => id)).toEqual(["haproxy-killed"]);
    expect(table?.rows[0]?.[1]).toContain("web1 or web2");
  });

  test("a no breaks nothing", async () => {
    const context = fakeContext("/here", [], { ask: { confirm: async () => false, secret: async () => "" } });
    await expect(agreeToDrills(stack, drills, undefined, {}, context)).rejects.toThrow("Nothing was broken.");
  });

  test("where nobody can be asked, it takes --yes", async () => {
    const context = fakeContext("/here", []);
    const refused = agreeToDrills(stack, drills, undefined, {}, context);
    await expect(refused).rejects.toThrow(QuintetError);
    await expect(refused).rejects.toMatchObject({ fields: { exitCode: 2, next: "Add --yes if they may." } });
    await agreeToDrills(stack, drills, undefined, { yes: true }, context);
  });

  test("rehearsal machines are there to be broken", async () => {
    const events: Event[] = [];
    await agreeToDrills(stack, drills, rehearsal, {}, fakeContext("/here", events));
    expect(events).toEqual([]);
  });
});
