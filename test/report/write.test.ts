import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Report, reportJsonSchema, reportSchema, resultOf, writeReport } from "../../src/report/schema.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-report-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const report = (startedAt: string): Report => ({
  schemaVersion: 1,
  stack: "shop",
  startedAt,
  finishedAt: "2026-01-02T03:05:00.000Z",
  result: "passed",
  checks: [
    {
      id: "one-holder",
      tier: "loadbalancer",
      host: "virtual IP",
      title: "Exactly one balancer holds the virtual IP",
      status: "passed",
      expected: "one balancer",
      actual: "web1",
      durationMs: 12,
    },
  ],
  isolation: [{ from: "web1", to: "db1", port: 3306, expected: "closed", actual: "closed" }],
  drills: [
    {
      id: "balancer-power-loss",
      title: "The balancer that holds the virtual IP loses power",
      status: "passed",
      objective: { downtimeMs: 1500, maxHolders: 1 },
      measured: { downtimeMs: 650, requests: 2000, failedRequests: 3, takeoverMs: 620, vipHolders: { min: 0, max: 1 } },
    },
  ],
});

test("a report is written under its time, and latest follows", async () => {
  const first = await writeReport(directory, report("2026-01-02T03:04:05.000Z"));
  expect(first).toBe(join(directory, "reports", "2026-01-02T03-04-05.000Z", "report.json"));
  await writeReport(directory, report("2026-01-02T04:04:05.000Z"));
  expect(readlinkSync(join(directory, "reports", "latest"))).toBe("2026-01-02T04-04-05.000Z");
  const text = readFileSync(join(directory, "reports", "latest", "report.json"), "utf8");
  expect(JSON.parse(text)).toEqual(report("2026-01-02T04:04:05.000Z"));
  expect(readdirSync(join(directory, "reports")).sort()).toEqual([
    "2026-01-02T03-04-05.000Z",
    "2026-01-02T04-04-05.000Z",
    "latest",
  ]);
});

test("where no report can be written, the error says so", async () => {
  writeFileSync(join(directory, "reports"), "in the way");
  chmodSync(join(directory, "reports"), 0o400);
  await expect(writeReport(directory, report("2026-01-02T03:04:05.000Z"))).rejects.toMatchObject({
    fields: { message: `The report cannot be written to ${join(directory, "reports")}.`, exitCode: 5 },
  });
});

test("one failure anywhere fails the whole; what was skipped does not", () => {
  const good = report("2026-01-02T03:04:05.000Z");
  const [check, flow, drill] = [good.checks[0], good.isolation[0], good.drills[0]];
  if (!check || !flow || !drill) throw new Error("the sample report is empty");
  expect(resultOf(good)).toBe("passed");
  expect(resultOf({ ...good, checks: [{ ...check, status: "skipped" }] })).toBe("passed");
  expect(resultOf({ ...good, checks: [check, { ...check, status: "failed" }] })).toBe("failed");
  expect(resultOf({ ...good, isolation: [flow, { ...flow, actual: "open" }] })).toBe("failed");
  expect(resultOf({ ...good, drills: [{ ...drill, status: "failed" }] })).toBe("failed");
});

test("the schema takes exactly the documented fields", () => {
  const good = report("2026-01-02T03:04:05.000Z");
  expect(reportSchema.safeParse(good).success).toBe(true);
  expect(reportSchema.safeParse({ ...good, extra: 1 }).success).toBe(false);
  expect(reportSchema.safeParse({ ...good, startedAt: "2026-01-02T03:04:05+01:00" }).success).toBe(false);
  expect(reportJsonSchema()).toMatchObject({
    required: ["schemaVersion", "stack", "startedAt", "finishedAt", "result", "checks", "isolation", "drills"],
    additionalProperties: false,
  });
});
