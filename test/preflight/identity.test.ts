import { expect, test } from "vitest";
import type { CheckedFacts } from "../../src/preflight/facts.ts";
import { judgeIdentities } from "../../src/preflight/identity.ts";
import { factsOf, lines, shop } from "./examples.ts";

function judge(unlike: Record<string, Partial<CheckedFacts>>) {
  return judgeIdentities(shop.hosts.map((host) => ({ host, facts: factsOf(host, unlike[host.name]) })));
}

test("five machines", () => {
  expect(judge({})).toEqual([]);
});

test("one machine under two addresses: its name and keys are no news", () => {
  const one = { machineId: "m", bootId: "b", hostname: "box", hostKeys: ["ssh-ed25519 k"] };
  expect(judge({ app1: one, app2: one })).toEqual([
    {
      kind: "fault",
      host: "app2",
      message: "app2 (10.0.0.22) is the same machine as app1 (10.0.0.21).",
      next: "Give app2 a machine of its own in stack.yml, or take it out.",
    },
  ]);
});

test("copies of one machine are several, with the same name and keys", () => {
  const copy = { machineId: "m", hostname: "box", hostKeys: ["ssh-ed25519 k", "ssh-rsa r"] };
  const findings = judge({ app1: copy, app2: copy, db1: copy });
  expect(lines(findings)).toEqual([
    "warning -: app1, app2 and db1 call themselves box: their log lines cannot be told apart.",
    "warning -: app1, app2 and db1 have the same SSH host key: whoever has one of them can pass for the others.",
  ]);
  expect(findings[0]?.next).toBe(
    "Name each after itself, such as: ssh -t dora@10.0.0.22 sudo hostnamectl hostname app2",
  );
});

test("machines that do not say who they are", () => {
  const nobody = { machineId: undefined, bootId: undefined, hostname: undefined, hostKeys: [] };
  expect(judge({ app1: nobody, app2: nobody })).toEqual([]);
});
