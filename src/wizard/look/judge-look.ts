import type { HostFacts } from "../../preflight/facts.ts";

/** What a host lacks, as far as one quick look tells; `check` looks closer. Empty: it will do. */
export function lacksOf(facts: HostFacts): string[] {
  const lacks: string[] = [];
  if (facts.sudo === "none") lacks.push("this user may not use sudo");
  if (facts.python === undefined) lacks.push("no /usr/bin/python3");
  if (facts.distribution !== "debian" && facts.distribution !== "ubuntu") {
    lacks.push(`${facts.distribution ?? "an unknown system"}, not Debian or Ubuntu`);
  }
  return lacks;
}
