import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stackJsonSchema } from "../../src/stack/json-schema.ts";

test("docs/stack.schema.json is what scripts/write-schemas.ts writes now", () => {
  expect(JSON.parse(readFileSync("docs/stack.schema.json", "utf8"))).toEqual(stackJsonSchema());
});

test("editors learn what may be left out, and nothing of where the file lives", () => {
  expect(stackJsonSchema()).toMatchObject({
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "stack.yml",
    required: ["name", "hosts", "virtual_ip", "site", "app", "database"],
    additionalProperties: false,
  });
  expect(stackJsonSchema()).not.toHaveProperty("$id");
});
