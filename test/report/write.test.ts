import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Report, reportJsonSchema, reportSchema, resultOf } from "../../src/report/schema.ts";
import { REPORT_FILES, writeReport } from "../../src/report/write.ts";
import { goodReport, sampleReport } from "./sample.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-report-"));
});
afterEach(() => {
  vi.doUnmock("../../src/report/html/page.ts");
  rmSync(directory, { recursive: true });
});

const report = (startedAt: string): Report => goodReport({ startedAt, drills: [] });

test("a report is written under its time in all its forms, and latest follows", async () => {
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
  expect(readdirSync(join(directory, "reports", "latest")).sort()).toEqual([...REPORT_FILES].sort());
});

test("what a killed run left half-written is no report, and is in nobody's way", async () => {
  mkdirSync(join(directory, "reports", `.new-${process.pid}`), { recursive: true });
  writeFileSync(join(directory, "reports", `.new-${process.pid}`, "stale"), "");
  await writeReport(directory, report("2026-01-02T03:04:05.000Z"));
  expect(readdirSync(join(directory, "reports")).sort()).toEqual(["2026-01-02T03-04-05.000Z", "latest"]);
  expect(readdirSync(join(directory, "reports", "latest"))).not.toContain("stale");
});

test("what was measured is kept, even where the page cannot be made", async () => {
  vi.doMock("../../src/report/html/page.ts", () => ({
    reportPage: () => {
      throw new RangeError("no picture");
    },
  }));
  await expect(writeReport(directory, report("2026-01-02T03:04:05.000Z"))).rejects.toThrow("no picture");
  expect(readdirSync(join(directory, "reports", "latest")).sort()).toEqual(["junit.xml", "report.json", "summary.md"]);
});

test("where no report can be written, the error says so", async () => {
  writeFileSync(join(directory, "reports"), "in the way");
  chmodSync(join(directory, "reports"), 0o400);
  await expect(writeReport(directory, report("2026-01-02T03:04:05.000Z"))).rejects.toMatchObject({
    fields: { message: `The report cannot be written to ${join(directory, "reports")}.`, exitCode: 5 },
  });
});

test("one failure anywhere fails the whole; what was skipped does not", () => {
  const good = goodReport();
  const [check, flow, drill] = [good.checks[0], good.isolation[0], good.drills[0]];
  if (!check || !flow || !drill) throw new Error("the sample report is empty");
  expect(resultOf(good)).toBe("passed");
  expect(resultOf({ ...good, checks: [{ ...check, status: "skipped" }] })).toBe("passed");
  expect(resultOf({ ...good, checks: [check, { ...check, status: "failed" }] })).toBe("failed");
  expect(resultOf({ ...good, isolation: [{ ...flow, expected: "closed", actual: "refused" }] })).toBe("passed");
  expect(resultOf({ ...good, isolation: [{ ...flow, expected: "closed", actual: "open" }] })).toBe("failed");
  expect(resultOf({ ...good, isolation: [{ ...flow, expected: "open", actual: "dropped" }] })).toBe("failed");
  expect(resultOf({ ...good, drills: [{ ...drill, status: "failed" }] })).toBe("failed");
});

test("the schema takes exactly the documented fields", () => {
  const good = sampleReport();
  expect(reportSchema.safeParse(good).success).toBe(true);
  expect(reportSchema.safeParse({ ...good, extra: 1 }).success).toBe(false);
  expect(reportSchema.safeParse({ ...good, startedAt: "2026-01-02T03:04:05+01:00" }).success).toBe(false);
  expect(reportJsonSchema()).toMatchObject({
    required: expect.arrayContaining([
      "schemaVersion",
      "stack",
      "startedAt",
      "finishedAt",
      "result",
      "checks",
      "isolation",
      "drills",
    ]),
    additionalProperties: false,
  });
});
