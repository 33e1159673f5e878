import type { Tier } from "../../stack/schema.ts";
import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Context, type Finding, finding } from "../context.ts";

export const staticFromEachWeb: Check = {
  id: "static-from-each-web",
  tier: "web",
  title: "Static content comes from each web server",
  fix: "Run apply: all web hosts get the same release. See journalctl --unit nginx on the one that lacks, and that checks.static is a file of it.",
  run: (context) => servedByEach(context, "web", context.stack.checks.static, "checks.static"),
};

export const dynamicFromEachApp: Check = {
  id: "dynamic-from-each-app",
  tier: "app",
  title: "Dynamic content comes from each app server",
  fix: "See journalctl --unit app on the one that lacks, and that checks.dynamic is a page that any visitor may read. Then run apply.",
  run: (context) => servedByEach(context, "app", context.stack.checks.dynamic, "checks.dynamic"),
};

/** Asks through the virtual IP until each server has answered, 20 times a server at most. */
async function servedByEach(
  { stack, hosts: meant, ask, signal }: Context,
  tier: Tier,
  path: string | undefined,
  setting: string,
): Promise<Finding[]> {
  const hosts = hostsOf({ hosts: meant }, tier);
  const expected = `200 for ${path ?? "a path"}`;
  if (path === undefined) {
    return hosts.map(({ name }) => ({
      host: name,
      status: "skipped",
      expected,
      actual: `${setting} is not in stack.yml`,
    }));
  }
  const seen = new Map<string, number>();
  // They take turns, those that nobody asked about too.
  const tries = 20 * hostsOf(stack, tier).length;
  for (let i = 0; i < tries && hosts.some(({ name }) => seen.get(name) !== 200); i++) {
    const { servedBy, status } = await ask({ path, signal });
    seen.set(servedBy ?? "no server named", status);
  }
  const others = [...seen].map(([name, status]) => `${name} (${status})`).join(", ");
  return hosts.map(({ name }) => {
    const status = seen.get(name);
    const actual = status === undefined ? `not among the answers of ${tries} requests: ${others}` : String(status);
    return finding(name, status === 200, expected, actual);
  });
}
