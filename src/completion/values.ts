import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { isMap, parseDocument } from "yaml";
import type { Candidate, Values } from "./candidates.ts";

/** Reads no more than it must, and takes what it can of a stack.yml that is half written: the shell waits. */
export function valuesOnDisk(cwd: string): Values {
  const inventories = path.join(cwd, "inventories");
  const stacks = () =>
    attempt(() => readdirSync(inventories), [])
      .filter((name) => attempt(() => readdirSync(path.join(inventories, name)), []).includes("stack.yml"))
      .sort();
  const fileOf = (stack: string | undefined) => {
    if (stack !== undefined) {
      return path.resolve(stack.includes("/") || /^\.\.?$/.test(stack) ? cwd : inventories, stack, "stack.yml");
    }
    if (attempt(() => readdirSync(cwd), []).includes("stack.yml")) return path.join(cwd, "stack.yml");
    const [only, ...others] = stacks();
    return only === undefined || others.length > 0 ? undefined : path.join(inventories, only, "stack.yml");
  };
  return {
    stacks: () => stacks().map((value) => ({ value, description: "" })),
    hosts: (stack) => {
      const file = fileOf(stack);
      return file === undefined ? [] : attempt(() => hostsIn(readFileSync(file, "utf8")), []);
    },
  };
}

/** The hosts of a stack.yml, each with its tiers, then the tiers, each with its hosts. */
export function hostsIn(text: string): Candidate[] {
  const hosts = parseDocument(text).get("hosts");
  if (!isMap(hosts)) return [];
  const tiers = new Map<string, string[]>();
  const named = hosts.items.map(({ key, value }) => {
    const name = String(key);
    const own: unknown = isMap(value) ? value.toJSON().tiers : undefined;
    const listed = Array.isArray(own) ? own.map(String) : [];
    for (const tier of listed) tiers.set(tier, [...(tiers.get(tier) ?? []), name]);
    return { value: name, description: listed.join(", ") };
  });
  return [...named, ...[...tiers].map(([value, names]) => ({ value, description: names.join(", ") }))];
}

function attempt<Result>(work: () => Result, otherwise: Result): Result {
  try {
    return work();
  } catch {
    return otherwise;
  }
}
