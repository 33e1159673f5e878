import { expect, test } from "vitest";
import { loadRow, sparkline } from "../../src/output/load-line.ts";

test("draws each second in eighths of the best one, and a second without answers as a gap", () => {
  expect(sparkline([100, 50, 0, 1, 100])).toBe("█▄ ▁█");
  expect(sparkline([0, 0])).toBe("  ");
  expect(sparkline([])).toBe("");
});

test("says how the load fares, and who holds the virtual IP", () => {
  const load = { type: "load", step: "app-frozen", answered: [100, 0], requests: 300, failed: 2 } as const;
  expect(loadRow({ ...load, holders: ["web1"] })).toEqual({
    type: "row",
    step: "app-frozen",
    row: "load",
    status: "running",
    text: "█   2 of 300 failed  virtual IP: web1",
  });
  expect(loadRow({ ...load, holders: [] }).text).toContain("nobody holds the virtual IP");
  expect(loadRow({ ...load, holders: ["web1", "web2"] }).text).toContain("virtual IP: web1 and web2");
});
