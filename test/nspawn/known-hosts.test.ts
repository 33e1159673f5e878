import { expect, test } from "vitest";
import { hostsPinnedElsewhere, withPins } from "../../src/machines/known-hosts.ts";
import { host } from "./example.ts";

const hosts = [
  host("web1", "10.77.9.11"),
  host("db1", "10.77.9.31", { user: "deploy", port: 2222, identity: "/stack/id" }),
];
const keys = new Map([
  ["web1", "ssh-ed25519 AAAAweb web1\n"],
  ["db1", "ssh-ed25519 AAAAdb db1\n"],
]);
const PINS = "10.77.9.11 ssh-ed25519 AAAAweb rehearsal\n[10.77.9.31]:2222 ssh-ed25519 AAAAdb rehearsal\n";

test.each([
  ["an empty file", "", PINS],
  ["its own lines again", PINS, PINS],
  ["older machines", "10.77.9.11 ssh-rsa OLD rehearsal\n[10.77.9.31]:2222 ssh-ed25519 OLD rehearsal\n", PINS],
  [
    "other hosts, other ports and comments",
    "# mine\n10.77.9.1 ssh-rsa A\n[10.77.9.11]:2222 ssh-rsa B rehearsal\n",
    `# mine\n10.77.9.1 ssh-rsa A\n[10.77.9.11]:2222 ssh-rsa B rehearsal\n${PINS}`,
  ],
  ["keys that are not of a rehearsal", "10.77.9.11 ssh-rsa A\n", `10.77.9.11 ssh-rsa A\n${PINS}`],
  ["a last line without its end", "other ssh-rsa A", `other ssh-rsa A\n${PINS}`],
])("pins replace older pins only: %s", (_, before, after) => {
  expect(withPins(before, hosts, keys)).toBe(after);
});

test("without keys the pins go and all else stays", () => {
  expect(withPins(`other ssh-rsa A\n${PINS}`, hosts, new Map())).toBe("other ssh-rsa A\n");
  expect(withPins("", hosts, new Map())).toBe("");
});

const WEB_KEY = `ssh-ed25519 ${Buffer.concat([Buffer.from([0, 0, 0, 11]), Buffer.from("ssh-ed25519"), Buffer.alloc(36)]).toString("base64")}`;

test.each([
  ["nothing", "", []],
  ["a rehearsal", `10.77.9.11 ${WEB_KEY} rehearsal\n`, []],
  ["a real machine", `10.77.9.11 ${WEB_KEY}\n`, ["web1"]],
  ["a real machine among names", `a.example,10.77.9.11 ${WEB_KEY} web1\n`, ["web1"]],
])("whose keys are pinned: %s", (_, text, expected) => {
  expect(hostsPinnedElsewhere(text, hosts).map(({ name }) => name)).toEqual(expected);
});
