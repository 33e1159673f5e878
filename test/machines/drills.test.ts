import { describe, expect, test } from "vitest";
import { drilled, verdicts } from "./drilled.ts";
import { whyNoMachines } from "./rehearsal.ts";

const reason = await whyNoMachines();

/** Two of them, of two kinds; drills-all.test.ts runs every one. */
describe.skipIf(reason !== undefined)(`drills${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("the stack holds what it promises when a balancer loses power and when an app freezes", async () => {
    const reports = await drilled(["balancer-power-loss", "app-frozen"]);
    expect(verdicts(reports)).toEqual(["balancer-power-loss: passed", "app-frozen: passed"]);
    const [power, frozen] = reports;
    expect(power?.measured).toMatchObject({ holders: { max: 1 }, writes: { missing: [], doubled: [], unread: [] } });
    expect(power?.measured?.takeoverMs).toBeGreaterThan(0);
    expect(power?.measured?.downtimeMs).toBeGreaterThan(0);
    expect(power?.timeline?.marks.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["injected", "taken over", "repaired", "redundant"]),
    );
    // Who was sent to the frozen server waited: a read for the other server, a write, which none but this may answer, for
    // the thaw.
    expect(frozen?.measured).toMatchObject({ failedSafe: 0, writes: { missing: [], doubled: [], unread: [] } });
    expect(frozen?.measured?.slow).toBeGreaterThan(0);
    expect(frozen?.timeline?.marks.map(({ what }) => what)).toContain("detected");
  });
});
