import { describe, expect, test } from "vitest";
import { DRILL_IDS } from "../../src/stack/drill-ids.ts";
import { drilled, verdicts } from "./drilled.ts";
import { whyNoMachines } from "./rehearsal.ts";

const reason = await whyNoMachines();

describe.skipIf(reason !== undefined)(`every drill${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("passes with its defaults, and no acknowledged write is lost in any", { timeout: 900_000 }, async () => {
    const reports = await drilled(DRILL_IDS);
    expect(verdicts(reports)).toEqual(DRILL_IDS.map((id) => `${id}: passed`));
    for (const { id, measured } of reports) {
      expect({ id, ...measured?.writes }).toMatchObject({ id, missing: [], doubled: [], unread: [] });
      expect(measured?.writes?.acknowledged, id).toBeGreaterThan(0);
    }
  });
});
