import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, launch, type Page } from "puppeteer-core";

/** Debian's Chromium, with a profile of its own that goes when it is closed. */
export async function chromium(): Promise<{ readonly browser: Browser; close(): Promise<void> }> {
  const userDataDir = mkdtempSync(join(tmpdir(), "quintet-chromium-"));
  const browser = await launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    userDataDir,
    // Its own sandbox does not work for root. It opens nothing but our own page, which may load nothing.
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(userDataDir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export interface Look {
  readonly width: number;
  readonly scheme: "light" | "dark";
}

export interface Opened {
  readonly page: Page;
  /** Whatever the browser complained of, and every address that it wanted besides the page's own. */
  readonly complaints: string[];
}

export async function opened(browser: Browser, url: string, { width, scheme }: Look): Promise<Opened> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${String(error)}`));
  page.on("request", (request) => {
    if (request.url() !== url) complaints.push(`request: ${request.url()}`);
  });
  page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.setViewport({ width, height: 800 });
  await page.goto(url, { waitUntil: "load" });
  return { page, complaints };
}
