import { expect, test } from "vitest";
import type { CheckedFacts } from "../../src/preflight/facts.ts";
import { judgeMirror, type MirrorEvidence, type Source } from "../../src/preflight/mirror.ts";
import { factsOf, hostOf, lines } from "./examples.ts";

const web1 = hostOf("web1");
const main = (ok: boolean): Source => ({ uri: "http://m/debian/dists/noble/InRelease", ok, said: ok ? "" : "E: no" });
const security = (ok: boolean): Source => ({
  uri: "http://m/dists/noble-security/InRelease",
  ok,
  said: ok ? "" : "E: no",
});
const missing = ["haproxy", "nginx"];
const judge = (sources: Source[], facts: Partial<CheckedFacts> = { missing }, local = 0) =>
  judgeMirror(web1, factsOf(web1, facts), { sources, local } satisfies MirrorEvidence);

const cut = "fault web1: web1 cannot reach its package mirror, and haproxy and nginx are to be installed.";
const table: [what: string, args: Parameters<typeof judge>, lines: string[]][] = [
  ["all there", [[main(true), security(true)]], []],
  ["nothing to install", [[main(false)], { missing: [] }], []],
  ["no mirror", [[main(false)]], [cut]],
  [
    "no mirror, and no other",
    [[main(false), security(false)]],
    [cut, "warning web1: web1 cannot reach 1 of its package sources."],
  ],
  ["another source", [[main(true), security(false)]], ["warning web1: web1 cannot reach 1 of its package sources."]],
  ["a codename that no source has", [[main(false), security(false)], { missing, codename: "x" }], [cut]],
  ["packages on the host itself", [[], { missing }, 1], []],
  [
    "packages on the host itself, and others that fail",
    [[security(false)], { missing }, 1],
    ["warning web1: web1 cannot reach 1 of its package sources."],
  ],
  [
    "no sources at all",
    [[], { missing: ["nginx"] }],
    ["fault web1: apt on web1 has no package sources, and nginx is to be installed."],
  ],
];

test.each(table)("%s", (_, args, expected) => {
  expect(lines(judge(...args))).toEqual(expected);
});

test("what apt said is told", () => {
  expect(judge([main(false)])[0]?.detail).toBe("http://m/debian/dists/noble/InRelease: E: no");
});
