import { expect, test } from "vitest";
import { withPins } from "../../src/machines/known-hosts.ts";
import { host } from "./example.ts";

const hosts = [
  host("web1", "10.77.9.11"),
  host("db1", "10.77.9.31", { user: "deploy", port: 2222, identity: "/stack/id" }),
];
const keys = new Map([
  ["web1", "ssh-ed25519 AAAAweb web1\n"],
  ["db1", "ssh-ed25519 AAAAdb db1\n"],
]);
const PINS = "10.77.9.11 ssh-ed25519 AAAAweb\n[10.77.9.31]:2222 ssh-ed25519 AAAAdb\n";

test.each([
  ["an empty file", "", PINS],
  ["its own lines again", PINS, PINS],
  ["older keys", "10.77.9.11 ssh-rsa OLD\n[10.77.9.31]:2222 ssh-ed25519 OLD\n", PINS],
  [
    "other hosts and comments",
    "# mine\n10.77.9.1 ssh-rsa A\n10.77.9.111 ssh-rsa B\n",
    `# mine\n10.77.9.1 ssh-rsa A\n10.77.9.111 ssh-rsa B\n${PINS}`,
  ],
  ["another port of the same address", "[10.77.9.11]:2222 ssh-rsa A\n", `[10.77.9.11]:2222 ssh-rsa A\n${PINS}`],
  ["several names in one line", "a.example,10.77.9.11 ssh-rsa A\n", `a.example ssh-rsa A\n${PINS}`],
  ["marked lines", "@revoked 10.77.9.11 ssh-rsa A\n", `@revoked 10.77.9.11 ssh-rsa A\n${PINS}`],
  ["a last line without its end", "other ssh-rsa A", `other ssh-rsa A\n${PINS}`],
])("pins replace older pins only: %s", (_, before, after) => {
  expect(withPins(before, hosts, keys)).toBe(after);
});

test("without keys the pins go and all else stays", () => {
  expect(withPins(`other ssh-rsa A\n${PINS}`, hosts, new Map())).toBe("other ssh-rsa A\n");
  expect(withPins("", hosts, new Map())).toBe("");
});
