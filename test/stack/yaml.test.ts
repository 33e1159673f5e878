import { describe, expect, test } from "vitest";
import { parseStack } from "../../src/stack/parse.ts";
import { faultLines, parse, stackText, validStack, warningLines } from "./example.ts";

const DEEP = [
  "stack.yml:1:1  The file is nested too deeply. Nest no deeper than settings such as hosts.web1.ssh.port.",
];
const BOMB = [
  "a: &a [x, x, x, x, x, x, x, x, x, x]",
  ..."bcdefgh".split("").map((name, index) => {
    const inner = `*${"abcdefg"[index]}`;
    return `${name}: &${name} [${Array(10).fill(inner).join(", ")}]`;
  }),
].join("\n");

describe("a text that is no stack at all gets one fault", () => {
  test.each([
    ["nothing", "", ["stack.yml:1:1  The file is empty. Give a mapping: one key: value a line."]],
    ["a comment", "# soon\n", ["stack.yml:1:1  The file is empty. Give a mapping: one key: value a line."]],
    ["a list", "- web1\n- web2\n", ["stack.yml:1:1  This is a list. Give a mapping: one key: value a line."]],
    ["a word", "shop", ["stack.yml:1:1  shop is text. Give a mapping: one key: value a line."]],
    [
      "tabs",
      "name:\n\tshop: 1",
      ["stack.yml:2:1  A tab indents this line; YAML knows only spaces. Indent with spaces."],
    ],
    [
      "an open bracket",
      "name: [",
      [
        "stack.yml:1:8  This is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]. Give settings such as name: shop, one a line, indented with spaces.",
      ],
    ],
    [
      "an IPv6 address without quotes that ends in colons",
      "virtual_ip:\n  address: fd00::\n",
      [
        'stack.yml:2:12  This is not YAML: Nested mappings are not allowed in compact mappings. Give one "key: value" a line, and put quotes around a value with a colon at its end.',
      ],
    ],
    [
      "two documents",
      "name: shop\n---\nname: shop\n",
      ["stack.yml:2:1  A second document begins here. Keep one, and take the line --- out."],
    ],
    [
      "an alias without an anchor",
      "name: *shop",
      ["stack.yml:1:7  name: There is no anchor &shop above. Write the value itself."],
    ],
    [
      "an alias of itself",
      "name: &shop [*shop]",
      ["stack.yml:1:14  The file is nested too deeply. Nest no deeper than settings such as hosts.web1.ssh.port."],
    ],
    [
      "aliases that multiply",
      BOMB,
      ["stack.yml:1:1  The file holds too many values. Keep the file short, and take anchors and aliases out."],
    ],
    ["a long text", "x".repeat(300_000), ["stack.yml:1:1  The file is 293 KiB long. Keep it under 256 KiB."]],
  ])("%s", (_title, text, expected) => {
    expect(faultLines(text)).toEqual(expected);
  });

  test.each(["[", "{", "- ", "? "])("%j, 100,000 deep", (text) => {
    expect(faultLines(text.repeat(100_000))).toContainEqual(
      expect.stringMatching(/The file is nested too deeply|This is not YAML/),
    );
  });

  // Where less indented lines follow, the parser unwinds all of it in one go.
  test.each(["- ", "? "])("%j, 5,000 deep, and a line after it", (text) => {
    expect(faultLines(`${text.repeat(5_000)}\n[web]`)).toEqual(DEEP);
  });
});

test("deep nesting that YAML itself can bear", () => {
  expect(faultLines(`${"[".repeat(30)}${"]".repeat(30)}`)).toEqual([DEEP[0]?.replace("1:1", "1:22")]);
});

describe("keys", () => {
  test.each([
    [
      "that objects have of their own",
      "__proto__: { name: x }\nconstructor: 1\ntoString: 1",
      [
        "stack.yml:12:1  __proto__: This name has a meaning of its own. Give another.",
        "stack.yml:13:1  constructor: There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.",
        "stack.yml:14:1  toString: There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.",
      ],
    ],
    [
      "that are no text",
      "80: 1\n? [a, b]\n: 1\n? { a: b }\n: 1",
      [
        "stack.yml:12:1  80: There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.",
        "stack.yml:13:3  A list or a mapping stands where a key belongs. Give key: value.",
        "stack.yml:15:3  A list or a mapping stands where a key belongs. Give key: value.",
      ],
    ],
    [
      "that hold what a terminal would obey",
      '"a\\e[31m": 1\n"\\u202Eb": 1\n🐘: 1',
      [
        'stack.yml:12:1  "a\\u001b[31m": There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.',
        'stack.yml:13:1  "\\u{202e}b": There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.',
        'stack.yml:14:1  "🐘": There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.',
      ],
    ],
    [
      "that are given twice",
      "ssh: { user: a, user: b }\nssh: { port: 1 }\nname: other",
      [
        "stack.yml:12:17  ssh.user: This key is given twice. Keep one of the two.",
        "stack.yml:13:1  ssh: This key is given twice. Keep one of the two.",
        "stack.yml:14:1  name: This key is given twice. Keep one of the two.",
      ],
    ],
    [
      "that would merge another mapping",
      "machine: &m { suite: sid }\n<<: *m",
      [
        "stack.yml:13:1  <<: There is no such setting. Known here: name, hosts, ssh, virtual_ip, site, routes, app, database, checks, drills, firewall and machine.",
      ],
    ],
  ])("%s", (_title, more, expected) => {
    expect(faultLines(stackText({ more }))).toEqual(expected);
  });
});

test("host names that objects have of their own", () => {
  const text = stackText({ app2: "  __proto__: { address: 10.0.0.22, tiers: [app] }" });
  expect(faultLines(text)).toEqual([
    "stack.yml:6:3  hosts.__proto__: This name has a meaning of its own. Give another.",
  ]);
  const { hosts } = validStack(text.replace("__proto__", "constructor"));
  expect(hosts.map(({ name }) => name)).toEqual(["web1", "web2", "app1", "constructor", "db1"]);
});

test("the second host of one name is at fault, and what it would have been is not counted", () => {
  expect(faultLines(stackText({ db1: "  app1: { address: 10.0.0.31, tiers: [database] }" }))).toEqual([
    "stack.yml:7:3  hosts.app1: This key is given twice. Keep one of the two.",
  ]);
});

test("an anchor and its alias are one value; its fault is shown where it is written", () => {
  const stack = validStack(
    stackText({
      more: "machine: &m { suite: sid }",
      app2: "  app2: { address: &a 10.0.0.22, private_address: *a, tiers: [app] }",
    }),
  );
  expect(stack.hosts[3]).toMatchObject({
    address: "10.0.0.22",
    privateAddress: "10.0.0.22",
    machine: { suite: "sid" },
  });
  const app1 = "  app1: { address: 10.0.0.21, tiers: [app], ssh: &s { user: a b } }";
  const app2 = "  app2: { address: 10.0.0.22, tiers: [app], ssh: *s }";
  expect(faultLines(stackText({ app1, app2 }))).toEqual([
    "stack.yml:5:61  hosts.app1.ssh.user: a b is not allowed here. Give a Unix user name such as deploy.",
    "stack.yml:5:61  hosts.app2.ssh.user: a b is not allowed here. Give a Unix user name such as deploy.",
  ]);
});

test("a tag that YAML does not know is worth a warning", () => {
  expect(warningLines(stackText({ name: "name: !shop shop" }))[0]).toBe(
    "stack.yml:1:7  Unresolved tag: !shop. Leave the tag out.",
  );
});

test("a byte order mark and Windows line ends change nothing", () => {
  const text = stackText({ app1: "  app1: { address: 10.0.0.300, tiers: [app] }" });
  expect(faultLines(`\uFEFF${text.replaceAll("\n", "\r\n")}`)).toEqual(faultLines(text));
  expect(faultLines(text)).toHaveLength(1);
});

test("one line a fault whatever the value holds, and 50 lines at most", () => {
  const value = `"${"\\n\\u0085\\u2028🐘".repeat(2000)}"`;
  const lines = faultLines(stackText({ name: `name: ${value}` }));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,600}$/u);
  const many = faultLines(stackText({ more: Array.from({ length: 80 }, (_, index) => `x${index}: 1`).join("\n") }));
  expect(many).toHaveLength(51);
  expect(many.at(-1)).toBe("… and 30 more faults.");
});

test("a half-written file never throws: cut anywhere, any sign put anywhere", () => {
  const text = stackText({ more: "ssh: &s { user: deploy }\nfirewall: { ssh_from: [10.0.0.0/8] }" });
  const signs = ["", "\t", ":", "\n", "]", "&", "*", "\0", "\ud800"];
  for (let at = 0; at <= text.length; at += 1) {
    // Each sign at every fourth place: all of them everywhere takes half a minute.
    for (const sign of signs.filter((_, index) => index % 4 === at % 4)) {
      const results = [parse(text.slice(0, at) + sign), parse(text.slice(0, at) + sign + text.slice(at))];
      expect(results.every((result) => "stack" in result || result.faults.length > 0)).toBe(true);
    }
  }
}, 60_000);

test.each([
  ["keys", Array.from({ length: 30_000 }, (_, index) => `k${index}: 1`).join("\n")],
  ["hosts", `hosts:\n${Array.from({ length: 6000 }, (_, i) => `  h${i}: { address: 10.0.0.${i % 256} }`).join("\n")}`],
  ["networks", `firewall: { ssh_from: [${"10.0.0.0/8, ".repeat(20_000)}] }`],
  ["routes", `routes: { static: [${"/a, ".repeat(50_000)}] }`],
  ["labels", `site: { domain: ${"a.".repeat(100_000)} }`],
  ["colons", `hosts: { a: { address: "${":1".repeat(100_000)}" } }`],
  ["dots", `hosts: { a: { address: "${"1.".repeat(100_000)}x" } }`],
  ["slashes", `routes: { static: ["${"/".repeat(200_000)}\\n"] }`],
])(
  "too many %s cost seconds at most",
  (_title, text) => {
    expect(parse(text)).toHaveProperty("faults");
  },
  10_000,
);

test("faults carry their parts for programs", () => {
  const context = { file: "shop/stack.yml", directory: "/s", home: "/h", defaultUser: "u" };
  const result = parseStack(stackText({ app1: "  app1: { address: 10.0.0.300, tiers: [app] }" }), context);
  expect(result).toMatchObject({
    faults: [
      {
        file: "shop/stack.yml",
        line: 5,
        column: 20,
        path: "hosts.app1.address",
        message: "10.0.0.300 is not an address: 300 is more than 255.",
        expected: "Give an IPv4 or IPv6 address such as 10.0.0.30.",
      },
    ],
  });
});
