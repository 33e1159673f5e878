import { spawnSync } from "node:child_process";

/** What libxml2 says of a text: the value of an XPath expression, or it throws. */
export function xpath(text: string, expression: string): string {
  const run = spawnSync("xmllint", ["--nonet", "--xpath", expression, "-"], { input: text, encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stderr || String(run.error));
  return run.stdout.replace(/\n$/, "");
}
