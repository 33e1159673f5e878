import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportPage } from "../../src/report/html/page.ts";
import { chromium, type Look, opened } from "./chromium.ts";
import { spoiled } from "./hostile.ts";
import { colors, faintTexts, focused, onPaper, outline, timelines, unreachable, width } from "./in-page.js";
import { sampleReport } from "./sample.ts";

const directory = mkdtempSync(join(tmpdir(), "quintet-page-"));
const save = (name: string, html: string) => {
  writeFileSync(join(directory, name), html);
  return pathToFileURL(join(directory, name)).href;
};
const url = save("report.html", reportPage(sampleReport()));
const DRILLS_WITH_TIMELINE = sampleReport().drills.filter(({ timeline }) => timeline !== null).length;

let browser: Browser;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ browser, close } = await chromium());
});
afterAll(async () => {
  await close?.();
  rmSync(directory, { recursive: true });
});

const LOOKS: Look[] = [
  { width: 360, scheme: "light" },
  { width: 360, scheme: "dark" },
  { width: 820, scheme: "light" },
  { width: 1280, scheme: "light" },
  { width: 1280, scheme: "dark" },
];

describe.each(LOOKS)("$width pixels wide, $scheme", (look) => {
  test("it shows without a complaint, loads nothing and is no wider than the screen", async () => {
    const { page, complaints } = await opened(browser, url, look);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(width)).toBe(look.width);
    await page.close();
  });

  test("every text stands out from what is behind it", async () => {
    const { page } = await opened(browser, url, look);
    const { looked, faint } = await page.evaluate(faintTexts, 4.5);
    expect(faint).toEqual([]);
    expect(looked).toBeGreaterThan(300);
    await page.close();
  });

  test("one drawing of each timeline is shown, with all that it has to show", async () => {
    const { page } = await opened(browser, url, look);
    const charts = await page.evaluate(timelines);
    expect(charts).toHaveLength(DRILLS_WITH_TIMELINE);
    for (const { marks, ...chart } of charts) {
      expect(chart).toEqual({ shown: 1, named: true, areas: true, badges: marks, small: [], outside: [] });
    }
    await page.close();
  });
});

test("colours follow the scheme, in drawings, too", async () => {
  const fills = async (scheme: Look["scheme"]) => {
    const { page } = await opened(browser, url, { width: 1280, scheme });
    const found = await page.evaluate(colors);
    await page.close();
    return found;
  };
  const [light, dark] = [await fills("light"), await fills("dark")];
  for (const [index, color] of light.entries()) expect(dark[index]).not.toBe(color);
});

test("the keyboard reaches everything that scrolls, and the results at once", async () => {
  const { page } = await opened(browser, url, { width: 360, scheme: "light" });
  await page.keyboard.press("Tab");
  expect((await page.evaluate(focused))[0]).toBe("Skip to the results");
  await page.keyboard.press("Enter");
  expect((await page.evaluate(focused))[1]).toBe("#main");
  const found = await page.evaluate(unreachable);
  expect(found.unreachable).toEqual([]);
  expect(found.scrolls).toBeGreaterThan(2);
  await page.close();
});

test("a screen reader gets headings in order, captions, and a name for every drawing", async () => {
  const { page } = await opened(browser, url, { width: 1280, scheme: "light" });
  const found = await page.evaluate(outline);
  expect(found.levels[0]).toBe(1);
  expect(found.levels.every((level, index) => level <= (found.levels[index - 1] ?? 0) + 1)).toBe(true);
  expect(found).toMatchObject({ tablesWithoutCaption: 0, drawingsWithoutName: 0 });
  await page.close();
});

test("on paper, it is pages in light colours with the checks unfolded", async () => {
  const { page } = await opened(browser, url, { width: 1280, scheme: "dark" });
  const pdf = Buffer.from(await page.pdf({ format: "A4", printBackground: true })).toString("latin1");
  expect(pdf.match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(4);
  await page.emulateMediaType("print");
  // The width of A4 without its margins.
  await page.setViewport({ width: 688, height: 1000 });
  const found = await page.evaluate(onPaper);
  expect(found).toEqual({ background: "rgb(255, 255, 255)", unfolded: true, tooWide: 0 });
  await page.close();
});

test.each([
  "<script>document.title='run'</script>",
  '"><img src=x onerror="document.title=\'run\'">',
  "</style><script>document.title='run'</script>",
  "a".repeat(300),
])("texts that would be more than text are not: %s", async (text) => {
  const hostile = save("hostile.html", reportPage(spoiled(sampleReport(), text)));
  const { page, complaints } = await opened(browser, hostile, { width: 360, scheme: "light" });
  expect(complaints).toEqual([]);
  expect(await page.title()).not.toBe("run");
  expect(await page.$$eval("script, img", (all) => all.length)).toBe(0);
  expect(await page.evaluate(width)).toBe(360);
  await page.close();
});
