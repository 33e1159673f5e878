import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, jsonValue, property, string } from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createDrafts, parseDraft } from "../../src/wizard/drafts.ts";
import type { InterviewState } from "../../src/wizard/interview.ts";

const NOW = new Date("2026-01-02T03:04:05Z");
const STATE: InterviewState = {
  answers: { name: "shop", hosts: "web1=10.0.0.11,tiers=web" },
  places: [{ name: "web1", tiers: ["web"] }],
  asked: ["name", "layout"],
  everything: true,
};

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "quintet-drafts-"));
});
afterEach(() => rmSync(home, { recursive: true }));

const world = (cwd: string, env = {}) => ({ env, home, cwd, now: () => NOW });

test("what is kept is read again, by its owner alone, and from the same directory alone", async () => {
  const drafts = createDrafts(world("/srv/shop"));
  expect(await drafts.read()).toBeUndefined();
  await drafts.keep(STATE);
  expect(await drafts.read()).toEqual({ state: STATE, at: NOW });
  expect(await createDrafts(world("/srv/other")).read()).toBeUndefined();
  const [file = ""] = readdirSync(join(home, ".local/state/quintet"));
  expect(statSync(join(home, ".local/state/quintet", file)).mode & 0o777).toBe(0o600);
  await drafts.forget();
  await drafts.forget();
  expect(await drafts.read()).toBeUndefined();
});

test("stands where XDG_STATE_HOME says, if that is an absolute path", async () => {
  await createDrafts(world("/srv/shop", { XDG_STATE_HOME: join(home, "state") })).keep(STATE);
  expect(readdirSync(join(home, "state/quintet"))).toHaveLength(1);
  await createDrafts(world("/srv/shop", { XDG_STATE_HOME: "state" })).keep(STATE);
  expect(readdirSync(join(home, ".local/state/quintet"))).toHaveLength(1);
});

test("a state directory that cannot be written stops nobody", async () => {
  writeFileSync(join(home, ".local"), "a file");
  await createDrafts(world("/srv/shop")).keep(STATE);
  expect(readFileSync(join(home, ".local"), "utf8")).toBe("a file");
});

test("a draft that somebody has edited is read as far as it makes sense", () => {
  const text = JSON.stringify({
    ...{ directory: "/srv/shop", at: "yesterday", asked: ["name", 7], everything: "yes" },
    ...{ answers: { name: "shop", domain: 7, other: "x" }, places: [{ name: "web1", tiers: ["web", "x"] }, 3, null] },
  });
  expect(parseDraft(text, "/srv/shop")?.state).toEqual({
    ...{ answers: { name: "shop" }, places: [{ name: "web1", tiers: ["web"] }], asked: ["name"], everything: false },
  });
  assert(property(string(), (any) => void parseDraft(any, "/srv/shop")));
  assert(
    property(
      jsonValue(),
      jsonValue(),
      (answers, places) => void parseDraft(JSON.stringify({ directory: "/", asked: ["name"], answers, places }), "/"),
    ),
  );
});
