import { formatFaults } from "../../src/stack/faults.ts";
import { type ParseResult, parseStack } from "../../src/stack/parse.ts";
import type { Stack } from "../../src/stack/stack.ts";

const LINES = {
  name: "name: shop",
  hosts: "hosts:",
  web1: "  web1: { address: 10.0.0.11, tiers: [loadbalancer, web] }",
  web2: "  web2: { address: 10.0.0.12, tiers: [loadbalancer, web] }",
  app1: "  app1: { address: 10.0.0.21, tiers: [app] }",
  app2: "  app2: { address: 10.0.0.22, tiers: [app] }",
  db1: "  db1: { address: 10.0.0.31, tiers: [database] }",
  virtual_ip: "virtual_ip: { address: 10.0.0.100 }",
  site: "site: { domain: shop.example }",
  app: "app: { source: ./shop, runtime: node, start: node server.js }",
  database: "database: { name: shop }",
  more: "",
};

/** A valid stack.yml of eleven lines, with some of them changed; `more` comes after them. */
export function stackText(changes: Partial<typeof LINES> = {}): string {
  return Object.values({ ...LINES, ...changes }).join("\n");
}

export function parse(text: string): ParseResult {
  return parseStack(text, {
    file: "stack.yml",
    directory: "/stacks/shop",
    home: "/home/dora",
    defaultUser: "dora",
  });
}

export function faultLines(text: string): string[] {
  const result = parse(text);
  return "faults" in result ? formatFaults(result.faults) : [];
}

export function warningLines(text: string): string[] {
  return formatFaults(parse(text).warnings);
}

export function validStack(text: string): Stack {
  const result = parse(text);
  if ("faults" in result) throw new Error(formatFaults(result.faults).join("\n"));
  return result.stack;
}
