import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { ask } from "../../src/verify/site.ts";
import { quintet } from "./quintet.ts";
import { readRehearsal, whyNoMachines, writeRehearsal } from "./rehearsal.ts";
import { edited, printed, refused, released, setApp, visitedDuring } from "./released.ts";
import { editStack } from "./stack-file.ts";

const reason = await whyNoMachines();
const CHECKOUT = join(import.meta.dirname, "../..");

/** A string that stands for the version in a file of the source. */
const EXAMPLES = [
  ["python", "shop.py", 'VERSION = "1"'],
  ["php", "public/index.php", "VERSION = '1'"],
  ["command", "server.rb", 'VERSION = "1"'],
] as const;

let stack = "";

async function must(...words: string[]): Promise<void> {
  const run = await quintet([...words, "--stack", stack]);
  if (run.exitCode !== 0) throw new Error(`quintet ${words.join(" ")} failed:\n${run.stderr}`);
}

async function page(path = "/"): Promise<string> {
  const { virtualIp, site } = await readRehearsal(stack);
  const ca = await readFile(join(stack, "files/ca.pem"), "utf8");
  const at = { address: virtualIp.address, domain: site.domain, ca, ports: { http: 80, https: 443 } };
  const { status, body } = await ask(at, { path, body: true });
  return `${status} ${body}`;
}

describe.skipIf(reason !== undefined)(`the examples${reason === undefined ? "" : `: ${reason}`}`, () => {
  beforeAll(async () => {
    stack = await writeRehearsal({ name: "quintet-shops", subnet: "10.77.19" });
    await must("rehearse", "down");
    await must("rehearse", "up");
  }, 300_000);
  afterAll(async () => {
    await must("rehearse", "down");
    await rm(dirname(stack), { recursive: true });
  }, 120_000);

  const deployed = async (name: string) => {
    const above = await mkdtemp(join(tmpdir(), "quintet-example-"));
    onTestFinished(() => rm(above, { recursive: true }));
    const source = join(above, name);
    await cp(join(CHECKOUT, "examples", name), source, { recursive: true });
    const { app } = parse(await readFile(join(source, "app.yml"), "utf8"));
    await editStack(stack, (document) => {
      document.set("app", { ...app, source, port: 3000 });
      document.set("checks", { static: "/assets/style.css", dynamic: "/" });
    });
    await rm(join(stack, "release.json"), { force: true });
    await must("rehearse", "reset");
    await must("apply");
    return source;
  };

  test.each(EXAMPLES)(
    "%s: installed, released, broken and taken back, without losing a request",
    async (name, file, version) => {
      const source = await deployed(name);
      const release = ["release", "--stack", stack];
      expect(await page()).toMatch(/^200 [\s\S]*Version 1, from app[12]: visit \d+\./);
      expect(await page("/assets/style.css")).toMatch(/^200 body/);
      await must("verify");
      if (name === "php") {
        // What its packages bring along starts at no boot.
        const enabled = await printed(stack, "sh", "-c", "systemctl list-unit-files --state=enabled --no-legend");
        expect(enabled).toMatch(/^app\.service /m);
        expect(enabled).not.toMatch(/^(nginx|php.*-fpm)\.service /m);
      }

      const { failed } = await visitedDuring(
        stack,
        async () => {
          await edited(source, file, (text) => text.replace(version, version.replace("1", "2")));
          await released(release);
          expect(await page()).toContain("Version 2");
          await edited(
            source,
            file,
            () => "this is no program\n".repeat(3) + (name === "php" ? "<?php syntax error" : ""),
          );
          expect((await refused(4, release)).next).toContain("The site runs on with the release before.");
          expect(await page()).toContain("Version 2");
          await released(["rollback", "--stack", stack]);
          expect(await page()).toContain("Version 1");
        },
        { sockets: 0 },
      );
      expect(failed).toEqual([]);
    },
    600_000,
  );

  test("node: of the version that stack.yml names, with secrets, shared directories, workers and jobs", async () => {
    const source = join(CHECKOUT, "examples/guestbook");
    await editStack(stack, (document) => {
      document.set("app", {
        source,
        runtime: "node",
        version: "24",
        build: "npm ci --omit=dev --omit=peer",
        start: "node server.js",
        static: "public",
        secrets: ["API_KEY"],
        shared: ["uploads"],
        workers: 3,
        processes: { clock: { start: "while :; do date > uploads/clock; sleep 0.2; done" } },
        jobs: { tidy: { start: "echo $API_KEY $WEB_CONCURRENCY > uploads/tidied", at: "hourly" } },
      });
      document.set("checks", { static: "/assets/style.css", dynamic: "/api/entries", write: "/api/writes" });
    });
    await rm(join(stack, "release.json"), { force: true });
    await must("rehearse", "reset");
    const secret = await quintet(["secret", "API_KEY", "--stack", stack], { input: "s3cret with $igns\n" });
    expect(secret.exitCode, secret.stderr).toBe(0);
    await must("apply");
    await must("verify");
    expect(await printed(stack, "node", "--version")).toMatch(/^v24\./);
    expect(await printed(stack, "printenv", "API_KEY")).toBe("s3cret with $igns");
    expect(await printed(stack, "printenv", "WEB_CONCURRENCY")).toBe("3");
    expect(await printed(stack, "cat", "uploads/clock")).toMatch(/20\d\d/);
    expect(await printed(stack, "systemctl", "is-active", "app-job-tidy.timer", "app-process-clock.service")).toBe(
      "active\nactive",
    );
    // What is taken out of stack.yml goes from the hosts; what is shared stays.
    await setApp(stack, "processes", {});
    await must("apply");
    expect(await printed(stack, "systemctl", "is-active", "app-process-clock.service")).toBe("inactive");
    await released(["release", "--stack", stack]);
    expect(await printed(stack, "cat", "uploads/clock")).toMatch(/20\d\d/);
  }, 600_000);
});
