import { randomUUID } from "node:crypto";
import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Context, type Finding, finding } from "../context.ts";

export const writeIsShared: Check = {
  id: "write-is-shared",
  tier: "app",
  title: "A write through one app server is read through another",
  fix: "Let the application keep in the database what it must not lose, and nothing of it in its own memory or files.",
  async run(context) {
    const path = context.stack.checks.write;
    const all = hostsOf(context.stack, "app");
    const hosts = hostsOf(context, "app").map((host) => host.name);
    const expected = "stored, and found through another app server";
    const skip = (actual: string) => hosts.map((host): Finding => ({ host, status: "skipped", expected, actual }));
    if (path === undefined) return skip("checks.write is not in stack.yml");
    if (all.length < 2) return skip("there is one app server only");
    const unknown = await context.ask({ path: `${path}/${randomUUID()}`, signal: context.signal });
    if (unknown.status !== 404) {
      const actual = `${unknown.status} for an id that was never stored, which should be 404`;
      return hosts.map((host) => finding(host, false, expected, actual));
    }
    const results: Finding[] = [];
    for (const host of hosts) {
      const actual = await writeThrough(context, path, host, 20 * all.length);
      results.push(finding(host, actual.startsWith("stored, found"), expected, actual));
    }
    return results;
  },
};

/** What became of a write through this host, in words. */
async function writeThrough({ ask, signal }: Context, path: string, writer: string, tries: number): Promise<string> {
  for (let i = 0; i < tries; i++) {
    const id = randomUUID();
    const stored = await ask({ method: "PUT", path: `${path}/${id}`, signal });
    if (stored.servedBy !== writer) continue;
    if (stored.status < 200 || stored.status > 299) return `storing answers ${stored.status}`;
    for (let j = 0; j < tries; j++) {
      const read = await ask({ path: `${path}/${id}`, signal });
      if (read.servedBy === undefined || read.servedBy === writer) continue;
      return read.status === 200 ? `stored, found through ${read.servedBy}` : `${read.servedBy} answers ${read.status}`;
    }
    return `stored, but no other app server answered ${tries} requests`;
  }
  return `it took none of ${tries} requests`;
}
