import fc from "fast-check";
import { expect, test } from "vitest";
import { summaryOf } from "../../src/report/summary.ts";
import { EXAMPLES, nasty, small, spoiled } from "./hostile.ts";
import { goodReport, sampleReport } from "./sample.ts";

test("the summary says the verdict, the drills and what failed", () => {
  const text = summaryOf(sampleReport());
  expect(text).toMatch(/^# ❌ Failed: shop\n\n1 drill, 2 checks and 1 port did not come out as they should\.\n/);
  expect(text).toContain("| balancer-partition | ❌ failed | 800 ms | 722 ms | 732 ms |");
  expect(text).toContain("| app-out-of-memory | ➖ skipped | any | – | – | – | – |");
  expect(text).toContain("| Security headers are sent | virtual IP | no strict-transport-security |");
  expect(text).toContain("| web1 | db1 | 192.0.2.31 | 3306 | open | closed |");
  expect(text).toContain("- Longest without any write request: **15.4 s** (database-power-loss)\n");
  expect(text).toMatch(/- Acknowledged writes lost: \*\*0\*\* of [\d,]+\n/);
});

test("what passed needs no table", () => {
  const text = summaryOf(goodReport({ drills: [] }));
  expect(text).toBe(
    "# ✅ Passed: shop\n\n27 checks and 200 ports: all as they should be.\n\n2026-11-22 18:02:11 UTC, took 6 min 29 s.\n",
  );
});

test("whatever a report holds, a table keeps its rows and columns, and nothing becomes a link, code or HTML", () => {
  const shape = (text: string) => text.split("\n").map((line) => line.match(/(?<!\\)\|/g)?.length ?? 0);
  const plainShape = shape(summaryOf(spoiled(small(sampleReport()), "x")));
  fc.assert(
    fc.property(nasty, (text) => {
      const markdown = summaryOf(spoiled(small(sampleReport()), text));
      expect(shape(markdown.replaceAll("\\\\", ""))).toEqual(plainShape);
      expect(markdown.replaceAll("\\\\", "")).not.toMatch(/(?<!\\)[<`[]/);
    }),
    { numRuns: 60, examples: EXAMPLES },
  );
});
