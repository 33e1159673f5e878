import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { reportCommand, reportCompareCommand, reportListCommand } from "../../src/commands/report.ts";
import type { Event } from "../../src/events.ts";
import type { Report } from "../../src/report/schema.ts";
import { writeReport } from "../../src/report/write.ts";
import { goodReport, sampleReport } from "../report/sample.ts";
import { fakeContext } from "./context.ts";

let here: string;
let events: Event[];
beforeEach(() => {
  here = mkdtempSync(join(tmpdir(), "quintet-show-"));
  events = [];
  writeFileSync(join(here, "stack.yml"), "");
});
afterEach(() => rmSync(here, { recursive: true }));

/** Without what takes long to draw. */
const plain = (report: Report, startedAt: string): Report => ({
  ...report,
  startedAt,
  finishedAt: startedAt.replace("04:05", "10:10"),
  isolation: report.isolation.slice(0, 3),
  drills: report.drills.map((drill) => ({ ...drill, timeline: null })),
});
const [GOOD, BAD] = ["2026-01-02T03:04:05.000Z", "2026-01-03T03:04:05.000Z"];
const writeBoth = async () => {
  await writeReport(here, plain(goodReport(), GOOD));
  await writeReport(here, plain(sampleReport(), BAD));
};
const result = () => events.findLast((event) => event.type === "result");
const titles = () => events.flatMap((event) => (event.type === "table" ? event.title : []));

test("the last report is shown in short, with where its files are", async () => {
  await writeBoth();
  await reportCommand(undefined, {}, fakeContext(here, events));
  expect(titles()).toEqual(expect.arrayContaining(["Checks", "Drills"]));
  expect(result()).toMatchObject({
    verb: "report",
    status: "failed",
    text: [
      "shop, 2026-01-03 03:04:05 UTC, took 6 min 5 s: failed. 1 drill and 2 checks did not come out as they should.",
      "reports/2026-01-03T03-04-05.000Z/report.html",
      "reports/2026-01-03T03-04-05.000Z/report.json",
      "reports/2026-01-03T03-04-05.000Z/junit.xml",
      "reports/2026-01-03T03-04-05.000Z/summary.md",
    ],
    data: { startedAt: BAD },
  });
});

test("an older report is shown by its name", async () => {
  await writeBoth();
  await reportCommand("2026-01-02", {}, fakeContext(here, events));
  expect(result()).toMatchObject({ status: "passed", data: { startedAt: GOOD } });
});

test("a stack without reports, and one whose report is damaged, is told so", async () => {
  await expect(reportCommand(undefined, {}, fakeContext(here, events))).rejects.toMatchObject({
    fields: { message: `There is no report in ${join(here, "reports")} yet.`, exitCode: 2 },
  });
  await writeBoth();
  writeFileSync(join(here, "reports", "latest", "report.json"), "{");
  await expect(reportCommand(undefined, {}, fakeContext(here, events))).rejects.toMatchObject({
    fields: { exitCode: 2, next: "The file is damaged. Run verify to make a new one." },
  });
});

test("--open hands the page to the desktop, and says where it is where there is no screen", async () => {
  await writeBoth();
  const page = join(here, "reports", "2026-01-03T03-04-05.000Z", "report.html");
  const ran: (readonly string[])[] = [];
  const open = async (env: Record<string, string>, exitCode: number) => {
    const run = async (argv: readonly string[]) => {
      ran.push(argv);
      return { exitCode, stdout: "", stderr: "" };
    };
    await reportCommand(undefined, { open: true }, fakeContext(here, events, { env, run }));
    const last = result();
    return last?.type === "result" ? last.text.at(-1) : undefined;
  };
  expect(await open({ DISPLAY: ":0" }, 0)).toBe(`Opened ${page}`);
  expect(ran.map((argv) => argv.slice(-2))).toEqual([["xdg-open", page]]);
  expect(await open({ WAYLAND_DISPLAY: "wayland-0" }, 127)).toBe(
    `No program here opens web pages: open ${page} yourself.`,
  );
  ran.length = 0;
  expect(await open({ SSH_CONNECTION: "192.0.2.1 1 192.0.2.2 22" }, 0)).toBe(
    `There is no screen here: open ${page} where there is one.`,
  );
  expect(ran).toEqual([]);
});

test("list shows every report, also one that cannot be read", async () => {
  await writeBoth();
  mkdirSync(join(here, "reports", "2026-01-01T00-00-00.000Z"));
  writeFileSync(join(here, "reports", "2026-01-01T00-00-00.000Z", "report.json"), '{"schemaVersion":1}');
  await reportListCommand({}, fakeContext(here, events));
  const [table] = events.filter((event) => event.type === "table");
  expect(table?.rows.map((row) => row.slice(0, 2))).toEqual([
    ["2026-01-01T00-00-00.000Z", "unreadable"],
    ["2026-01-02T03-04-05.000Z", "passed"],
    ["2026-01-03T03-04-05.000Z", "failed"],
  ]);
  expect(table?.rows[0]?.[5]).toBe("It is of version 1, written by an older Quintet; this one reads version 2.");
});

test("compare is of the last two, and only with --fail-on-worse a reason to fail", async () => {
  await writeBoth();
  expect(await reportCompareCommand([undefined, undefined], {}, fakeContext(here, events))).toBe(0);
  expect(titles()).toEqual(["Newly failing"]);
  expect(result()).toMatchObject({
    status: "failed",
    text: [
      "2026-01-02T03-04-05.000Z to 2026-01-03T03-04-05.000Z: 3 newly failing, 0 mended, 0 figures worse, 0 better.",
      expect.stringContaining("more than its grain"),
    ],
    data: { before: "2026-01-02T03-04-05.000Z", worse: true, fails: { length: 3 } },
  });
  expect(await reportCompareCommand([undefined, undefined], { failOnWorse: true }, fakeContext(here, events))).toBe(5);
});

test("compare takes two names, or one against the last", async () => {
  await writeBoth();
  expect(await reportCompareCommand(["latest", "2026-01-02"], { failOnWorse: true }, fakeContext(here, events))).toBe(
    0,
  );
  expect(titles()).toEqual(["Mended", "Not run any more"]);
  await reportCompareCommand(["2026-01-02", undefined], {}, fakeContext(here, events));
  expect(result()).toMatchObject({ data: { before: "2026-01-02T03-04-05.000Z", after: "2026-01-03T03-04-05.000Z" } });
});

test("one report alone cannot be compared", async () => {
  await writeReport(here, plain(goodReport(), GOOD));
  await expect(reportCompareCommand([undefined, undefined], {}, fakeContext(here, events))).rejects.toMatchObject({
    fields: {
      message: "There is no report before 2026-01-02T03-04-05.000Z, so nothing to compare it with.",
      exitCode: 2,
    },
  });
});
