import { EXIT, QuintetError } from "../errors.ts";
import { listed, shown } from "./faults.ts";
import { nearest } from "./nearest.ts";
import { TIERS } from "./schema.ts";
import type { Host, Stack } from "./stack.ts";

/**
 * The hosts that `--limit HOST|TIER[,…]` means, in the order of the stack; all of them without a limit.
 * A word that is neither throws a QuintetError (exit code 2) that lists every such word with the nearest known one.
 */
export function selectHosts(stack: Pick<Stack, "hosts">, limit: string | undefined): readonly Host[] {
  if (limit === undefined) return stack.hosts;
  const words = limit
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  const tiers = TIERS.filter((tier) => stack.hosts.some((host) => host.tiers.includes(tier)));
  const known = [...stack.hosts.map((host) => host.name), ...tiers];
  const unknown = [...new Set(words.filter((word) => !known.includes(word)))];
  if (unknown.length > 0 || words.length === 0) throw notKnown(unknown, stack, tiers);
  const meant = new Set(words);
  return stack.hosts.filter((host) => meant.has(host.name) || host.tiers.some((tier) => meant.has(tier)));
}

function notKnown(unknown: readonly string[], stack: Pick<Stack, "hosts">, tiers: readonly string[]): QuintetError {
  const hosts = stack.hosts.map((host) => host.name);
  const lines = unknown.map((word) => {
    const near = nearest(word, [...hosts, ...tiers]);
    return `${shown(word)}${near === undefined ? "" : `: did you mean ${near}?`}`;
  });
  return new QuintetError({
    message:
      unknown.length === 0
        ? "--limit names no host."
        : `--limit names ${unknown.length === 1 ? "something" : `${unknown.length} things`} that the stack does not have: ${listed(unknown.map(shown))}.`,
    exitCode: EXIT.usage,
    step: "Read --limit",
    ...(lines.length === 0 ? {} : { detail: lines.join("\n") }),
    next: `Name hosts (${hosts.join(", ")}) or tiers (${tiers.join(", ")}), separated by commas.`,
  });
}
