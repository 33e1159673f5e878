import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { QuintetError } from "../../src/errors.ts";
import { parseReport, readReport, reportNamed, reportNames } from "../../src/report/read.ts";
import { sampleReport } from "./sample.ts";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-read-"));
  for (const name of ["2026-01-02T03-04-05.000Z", "2026-01-02T04-04-05.000Z", "2026-01-03T04-04-05.000Z"]) {
    mkdirSync(join(directory, "reports", name), { recursive: true });
  }
  mkdirSync(join(directory, "reports", ".new-7"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("a report has the name of its time; the beginning is enough, in the time's own spelling too", async () => {
  expect(await reportNames(directory)).toHaveLength(3);
  expect(await reportNamed(directory, "2026-01-03")).toBe("2026-01-03T04-04-05.000Z");
  expect(await reportNamed(directory, "2026-01-02T04:04")).toBe("2026-01-02T04-04-05.000Z");
  expect(await reportNamed(directory, "latest")).toBe("2026-01-03T04-04-05.000Z");
  symlinkSync("2026-01-02T04-04-05.000Z", join(directory, "reports", "latest"));
  expect(await reportNamed(directory, "latest")).toBe("2026-01-02T04-04-05.000Z");
});

test("a name that means none or several is told with those there are", async () => {
  await expect(reportNamed(directory, "2026-01-02")).rejects.toMatchObject({
    fields: {
      message: 'More than one report begins with "2026-01-02".',
      next: "Name one of: 2026-01-02T03-04-05.000Z, 2026-01-02T04-04-05.000Z.",
    },
  });
  await expect(reportNamed(directory, "../x")).rejects.toMatchObject({
    fields: { message: 'No report is called "../x".' },
  });
  await expect(reportNamed(join(directory, "none"), "latest")).rejects.toMatchObject({ fields: { exitCode: 2 } });
});

test("a report of another version is refused in a sentence", async () => {
  const name = "2026-01-03T04-04-05.000Z";
  const file = join(directory, "reports", name, "report.json");
  writeFileSync(file, JSON.stringify({ schemaVersion: 1, stack: "shop" }));
  await expect(readReport(directory, name)).rejects.toMatchObject({
    fields: {
      message: `${file} cannot be read.`,
      detail: "It is of version 1, written by an older Quintet; this one reads version 2.",
      next: "Run verify to make a new one.",
    },
  });
  expect(() => parseReport('{"schemaVersion": 9}', "f")).toThrow(QuintetError);
});

test("a report that is not there is told, not thrown about", async () => {
  await expect(readReport(directory, "2026-01-03T04-04-05.000Z")).rejects.toMatchObject({
    fields: { detail: expect.stringContaining("ENOENT"), exitCode: 2 },
  });
});

test("what was written is read back; what was damaged is refused, never thrown about", () => {
  const text = JSON.stringify(sampleReport({ drills: [] }));
  expect(parseReport(text, "f")).toEqual(sampleReport({ drills: [] }));
  const damaged = fc.oneof(
    fc.nat(text.length - 2).map((at) => text.slice(0, at)),
    fc.nat(text.length - 2).map((at) => `${text.slice(0, at)}\u0000${text.slice(at)}`),
    fc.json(),
    fc.constant('{"schemaVersion": 2}'),
  );
  fc.assert(
    fc.property(damaged, (broken) => {
      expect(() => parseReport(broken, "f")).toThrow(QuintetError);
    }),
  );
});
