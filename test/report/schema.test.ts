import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { reportJsonSchema } from "../../src/report/schema.ts";

test("docs/report.schema.json is what scripts/write-schemas.ts writes now", () => {
  expect(JSON.parse(readFileSync("docs/report.schema.json", "utf8"))).toEqual(reportJsonSchema());
});
