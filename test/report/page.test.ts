import fc from "fast-check";
import { expect, test } from "vitest";
import { reportPage } from "../../src/report/html/page.ts";
import { EXAMPLES, nasty, small, spoiled } from "./hostile.ts";
import { goodReport, sampleReport } from "./sample.ts";
import { xpath } from "./xml.ts";

const page = reportPage(sampleReport());

/** Tags and attributes of a page, without what is written between and in them. */
function skeleton(html: string): string[] {
  return [...html.matchAll(/<(\/?[a-zA-Z][\w:-]*)((?:\s+[\w:-]+(?:\s*=\s*"[^"]*")?)*)\s*\/?>/g)].map(
    ([, name, attributes = ""]) =>
      `${name} ${[...attributes.matchAll(/([\w:-]+)\s*=\s*"/g)].map(([, key]) => key).join(" ")}`,
  );
}

test("the verdict and the figures that matter most stand on top", () => {
  const top = page
    .slice(page.indexOf("<header"), page.indexOf('id="isolation"'))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
  expect(top).toContain("Failed 1 drill, 2 checks and 1 port did not come out as they should.");
  expect(top).toContain(
    "Worst downtime 732 ms The balancer that holds the virtual IP is cut off, then connected again",
  );
  expect(top).toMatch(/Requests lost 1,\d{3} of 13,200 sent while things broke/);
  expect(top).toContain("Checks 25 of 27 passed, 1 skipped");
  expect(top).toContain("Isolation 199 of 200");
});

test("a run without drills says that nothing was measured", () => {
  const text = reportPage(goodReport({ drills: [], isolation: [] }))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
  expect(text).toContain("Worst downtime – no drill measured it");
  expect(text).toContain("No drill ran: nothing was broken on purpose.");
  expect(text).toContain("No port was tried.");
});

test("each host's box says what is wrong with it", () => {
  for (const [host, state] of [
    ["web1", "failed: 1 drill"],
    ["db1", "failed: 1 check, 1 port"],
    ["app2", "passed"],
  ]) {
    expect(page).toMatch(new RegExp(`<title>${host}, [\\d.]+: ${state}</title>`));
  }
  const limited = reportPage(goodReport({ limit: ["web1"] }));
  expect(limited).toContain("<title>app1, 192.0.2.21: left out</title>");
});

test("a drill's objective, prediction and measurement stand side by side, and what was missed is said", () => {
  const drill = page.slice(page.indexOf('id="drill-balancer-partition"'), page.indexOf('id="drill-app-frozen"'));
  const text = drill.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ");
  expect(text).toContain("Downtime ≤ 800 ms 722 ms 732 ms ");
  expect(text).toContain("Holders at once ≤ 1 – 2 too much");
  expect(text).toContain("Predicted: 3 × advert 200 ms + (256 − 100) / 256 × 200 ms = 722 ms");
});

test("what nobody was left to answer is shown, and not held against the drill", () => {
  const text = page
    .slice(page.indexOf('id="drill-database-power-loss"'), page.indexOf('id="drill-reload"'))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
  expect(text).toContain("Reads lost ≤ 0 – 616 0 of them counted Holders");
  expect(text).not.toContain("too much");
});

test("the same report gives the same page", () => {
  expect(reportPage(sampleReport())).toBe(page);
});

test("nothing runs and nothing is loaded", () => {
  expect(page).not.toMatch(/<script|<link|<iframe|<img|<object|<embed|@import|\son\w+=|javascript:/i);
  expect(page.match(/(?:href|src)="([^"]*)"/g)?.filter((one) => !one.includes('"#'))).toEqual([]);
  expect(page.match(/url\(([^)]*)\)/g)?.filter((one) => !/^url\(["']?#/.test(one))).toEqual([]);
  expect(page).toContain('content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:;');
});

test("every id stands once, and whatever refers to one finds it", () => {
  const ids = [...page.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  const referred = [...page.matchAll(/(?:href="#|aria-labelledby="|url\(#)([^")]*)/g)].map(([, id]) => id);
  expect(referred.filter((id) => !ids.includes(id))).toEqual([]);
  expect(referred.length).toBeGreaterThan(20);
});

test("the page is well formed XML too, but for its first line and what HTML leaves open", () => {
  const xml = page
    .replace(/<!doctype html>/, "")
    .replace(/<meta ([^>]*)>/g, "<meta $1/>")
    .replace(/ open>/g, ">");
  expect(xpath(xml, "count(//*[local-name()='article'])")).toBe("6");
});

test("whatever a report holds, it adds no tag and no attribute to the page", () => {
  const plain = reportPage(spoiled(small(sampleReport()), "x"));
  const [harmless, signs] = [skeleton(plain), plain.split("<").length];
  expect(harmless.length).toBeGreaterThan(500);
  fc.assert(
    fc.property(
      nasty.filter((text) => text.trim() !== ""),
      (text) => {
        const html = reportPage(spoiled(small(sampleReport()), text));
        expect(skeleton(html)).toEqual(harmless);
        expect(html.split("<").length).toBe(signs);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there.
        expect(html).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u202a-\u202e\ufffe\uffff]/);
      },
    ),
    { numRuns: 30, examples: EXAMPLES },
  );
});
