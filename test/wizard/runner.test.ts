import { expect, test } from "vitest";
import { BACK } from "../../src/wizard/prompts/scene.ts";
import { type Outcome, type Step, walk } from "../../src/wizard/runner.ts";

/** Steps that answer from a script; what was asked is written down. */
function script(outcomes: Readonly<Record<string, readonly Outcome[]>>, silent: readonly string[] = []) {
  const asked: string[] = [];
  const left = new Map(Object.entries(outcomes).map(([id, all]) => [id, [...all]]));
  const step = (id: string): Step => ({
    id,
    counted: !silent.includes(id),
    ask: async (progress, backwards) => {
      asked.push(`${id}${progress === "" ? "" : ` (${progress})`}${backwards ? " <" : ""}`);
      return left.get(id)?.shift() ?? "next";
    },
  });
  return { asked, steps: Object.keys(outcomes).map(step) };
}

const nothing = () => {};

test("one after the other, counted", async () => {
  const { asked, steps } = script({ name: [], looks: ["silent"], site: [] }, ["looks"]);
  expect(await walk({ steps: () => steps, answered: nothing })).toBe("done");
  expect(asked).toEqual(["name (question 1 of 2)", "looks", "site (question 2 of 2)"]);
});

test("back goes past what has nothing to ask, and at the first one leaves", async () => {
  const { asked, steps } = script({ name: ["next", BACK], looks: ["silent", "silent"], site: [BACK] }, ["looks"]);
  expect(await walk({ steps: () => steps, answered: nothing })).toBe("left");
  expect(asked.map((line) => line.replace(/ \(.*\)/, ""))).toEqual(["name", "looks", "site", "looks <", "name <"]);
});

test("begins where an interview was broken off, and tells what was answered", async () => {
  const { asked, steps } = script({ name: [], layout: [BACK], site: [] });
  const answered: string[] = [];
  await walk({ steps: () => steps, start: "layout", answered: (id) => void answered.push(id) });
  expect(asked.map((line) => line.replace(/ \(.*\)/, ""))).toEqual(["layout", "name <", "layout", "site"]);
  expect(answered).toEqual(["name", "layout", "site"]);
});

test("an answer may bring further questions", async () => {
  const { asked, steps } = script({ name: [], more: [], extra: [], review: [] });
  const now = () => steps.filter(({ id }) => id !== "extra" || asked.some((line) => line.startsWith("more")));
  await walk({ steps: now, answered: nothing });
  expect(asked.map((line) => line.split(" ")[0])).toEqual(["name", "more", "extra", "review"]);
});
