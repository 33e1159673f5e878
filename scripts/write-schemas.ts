// Writes the JSON Schemas under docs/ from the schemas in src/. Run it after a change of those, then format.
import { writeFile } from "node:fs/promises";
import { eventsJsonSchema } from "../src/events.ts";
import { reportJsonSchema } from "../src/report/schema.ts";
import { stackJsonSchema } from "../src/stack/json-schema.ts";

const SCHEMAS = {
  "docs/stack.schema.json": stackJsonSchema,
  "docs/report.schema.json": reportJsonSchema,
  "docs/events.schema.json": eventsJsonSchema,
};

for (const [path, schema] of Object.entries(SCHEMAS)) {
  await writeFile(new URL(`../${path}`, import.meta.url), `${JSON.stringify(schema(), undefined, 2)}\n`);
}
