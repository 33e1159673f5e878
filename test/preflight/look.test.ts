import { expect, test } from "vitest";
import type { CommandResult } from "../../src/command.ts";
import { EXIT, QuintetError } from "../../src/errors.ts";
import { judge } from "../../src/preflight/judge.ts";
import { lookAtHosts, questionsFor } from "../../src/preflight/look.ts";
import type { Connect } from "../../src/remote/connect.ts";
import type { RunOptions, Session } from "../../src/remote/session.ts";
import { shown } from "../../src/stack/faults.ts";
import type { Host, Stack } from "../../src/stack/stack.ts";
import { hostOf, lines, looked, NO_ANSWERS, shop } from "./examples.ts";

const all = shop.hosts.map((host) => looked(host));
const questions = (name: string, able = all, selected: readonly Host[] = shop.hosts) => {
  const own = able.find(({ host }) => host.name === name) ?? looked(hostOf(name));
  return questionsFor(shop, own, able, selected);
};

test("what each host is asked", () => {
  expect(questions("app1")).toEqual({
    ports: [3000],
    listen: { "3000": { address: "10.0.0.21", port: 3000 } },
    connect: { "db1:3306": { address: "10.0.0.31", port: 3306 } },
    mirror: false,
    lock: { directory: "/run/quintet", run: null },
  });
  expect(questionsFor(shop, looked(hostOf("app1")), all, shop.hosts, "r1").lock.run).toBe("r1");
  expect(questions("web2")).toMatchObject({
    neighbour: "10.0.0.100",
    vrrp: { device: "eth0", address: "10.0.0.12", peer: "10.0.0.11", first: false },
  });
  expect(questions("web1").vrrp?.first).toBe(true);
});

test("nobody waits for a host that cannot be asked", () => {
  const able = all.filter(({ host }) => host.name !== "web1");
  expect(questions("app1", [looked(hostOf("app1"))]).listen).toEqual({});
  expect(questions("web2", able).connect).not.toHaveProperty("web1:8080");
  expect(questions("web2", able).vrrp?.peer).toBe(null);
  expect(questions("web2", able).neighbour).toBe(undefined);
});

test("the mirror is asked only where packages are missing", () => {
  const needs = { packages: ["nginx"], units: [] };
  const one = looked(hostOf("web1"), { missing: ["nginx"] }, {}, { needs });
  expect(questionsFor(shop, one, [one], shop.hosts).mirror).toBe(true);
  expect(questionsFor(shop, looked(hostOf("web1"), {}, {}, { needs }), [one], shop.hosts).mirror).toBe(false);
});

test("the network is not asked for a virtual IP that a balancer holds, or where one is left out", () => {
  const holds = {
    interfaces: [{ name: "eth0", addresses: ["10.0.0.11", "10.0.0.100"].map((address) => ({ address, prefix: 24 })) }],
  };
  const held = all.map((one) => (one.host.name === "web1" ? looked(one.host, holds) : one));
  expect(questions("web2", held).neighbour).toBe(undefined);
  expect(questions("web2", [looked(hostOf("web2"))], [hostOf("web2")]).neighbour).toBe(undefined);
});

interface Fake {
  readonly facts?: string;
  readonly answers?: object | string;
  readonly connect?: QuintetError;
  readonly sudo?: QuintetError;
}

/** Looks at hosts that answer as they are told here; what was run on each, and how many connections were opened. */
async function look(fakes: Record<string, Fake>, stack: Stack = shop) {
  const ran: Record<string, string[]> = {};
  let opened = 0;
  let closed = 0;
  const words: string[] = [];
  const connect: Connect = async (_, host) => {
    const fake = fakes[host.name] ?? {};
    if (fake.connect !== undefined) throw fake.connect;
    opened += 1;
    const own: string[] = [];
    ran[host.name] = own;
    const run = async (argv: readonly string[], options: RunOptions = {}) => {
      own.push([options.sudo ? "root" : "user", argv.slice(0, 1)].join(" "));
      const say = (stdout: string) => ({ exitCode: 0, stdout, stderr: "" });
      if (argv[0] === "date") return say(`${Date.now()}\n`);
      if (argv[0] === "sh") return say(fake.facts ?? FACTS);
      if (fake.sudo !== undefined) throw fake.sudo;
      return say("");
    };
    const stream: Session["stream"] = (argv, onLine, options) => {
      own.push([options?.sudo ? "root" : "user", argv.slice(0, 1)].join(" "));
      const ended = Promise.withResolvers<CommandResult>();
      const { answers = NO_ANSWERS } = fake;
      return {
        ended: ended.promise,
        write(text) {
          if (text !== "go\n") {
            if (typeof answers === "string") ended.resolve({ exitCode: 137, stdout: "", stderr: answers });
            else onLine("ready");
            words.push(`${host.name} ready`);
          } else if (typeof answers !== "string") {
            words.push(`${host.name} told`);
            onLine(JSON.stringify(answers));
          }
        },
        stop: async () => void words.push(`${host.name} stopped`),
      };
    };
    const close = () => {
      closed += 1;
    };
    const session = { host, run, stream, close };
    return session as unknown as Session;
  };
  const result = await lookAtHosts(stack, stack.hosts, () => ({ packages: [], units: [] }), {
    connect,
    now: () => new Date(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  return { ran, words, opened, closed, said: lines(judge(stack, result)), result };
}

const FACTS = "distribution=debian\nversion=13\npython=3.13.5\nsudo=passwordless\n";
const refusal = (message: string) =>
  new QuintetError({ message, exitCode: EXIT.preflight, step: "become root", next: "Mend it." });

test("one connection a host, one process as root, and all closed", async () => {
  const { ran, opened, closed } = await look({ db1: { facts: FACTS.replace("passwordless", "password") } });
  expect([opened, closed]).toEqual([5, 5]);
  expect(ran["app1"]).toEqual(["user date", "user sh", "root /usr/bin/python3"]);
  expect(ran["db1"]).toEqual(["user date", "user sh", "root true", "root /usr/bin/python3"]);
});

test("what keeps us from one host keeps nothing from the others, and each fault is its own", async () => {
  const { ran, said, closed, result } = await look({
    web1: { connect: refusal("web1 does not answer.") },
    web2: { facts: FACTS.replace("passwordless", "password"), sudo: refusal("That is not the password.") },
    app1: { facts: FACTS.replace("python=3.13.5\n", "") },
    app2: { facts: FACTS.replace("passwordless", "none") },
  });
  expect(said.filter((line) => line.startsWith("fault"))).toEqual([
    "fault web1: web1 does not answer.",
    "fault web2: That is not the password.",
    "fault app1: app1 has no /usr/bin/python3.",
    "fault app2: dora may not become root on app2: there is no sudo, or it does not know that user.",
    "fault db1: Debian 13 has no MySQL, only MariaDB.",
  ]);
  expect(result[1]?.trouble?.step).toBe("become root");
  expect(closed).toBe(4);
  for (const name of ["web2", "app1", "app2"]) expect(ran[name]).not.toContain("root /usr/bin/python3");
  expect(ran["db1"]).toContain("root /usr/bin/python3");
});

test("nobody tries the others' ports before all are open, or after one was closed", async () => {
  const { words } = await look({ app2: { answers: "Killed" } });
  const at = (what: string) => words.flatMap((word, index) => (word.endsWith(what) ? [index] : []));
  expect(at("ready")).toEqual([0, 1, 2, 3, 4]);
  expect(at("told")).toEqual([5, 6, 7, 8]);
  expect(at("stopped")).toEqual([9, 10, 11, 12, 13]);
});

test("a host that gives no answer as root", async () => {
  const { said } = await look({ app1: { answers: "Killed" } });
  expect(said).toContain("fault app1: app1 gave no answer to what was asked as root.");
});

test("what could not be found out is a warning", async () => {
  const { said } = await look({ app1: { answers: { ...NO_ANSWERS, errors: { vrrp: "PermissionError: no" } } } });
  expect(said).toContain("warning app1: app1 could not be looked at in one respect (vrrp).");
});

test("another run at work on a host is a warning that names it, and its ports are no fault", async () => {
  const lockedBy = { user: "kim\x1b[2J", computer: "laptop", command: "quintet apply" };
  const closed = { connect: { "app1:3000": "refused" as const } };
  const { said } = await look({
    web1: { answers: { ...NO_ANSWERS, ...closed } },
    app1: { answers: { ...NO_ANSWERS, lockedBy, listen: { "3000": "another run" } } },
  });
  const own = said.filter((line) => line.includes("app1:"));
  expect(own).toEqual([
    `warning app1: The ways to app1 were not tried: ${shown(lockedBy.user)}@laptop is at work there (quintet apply).`,
  ]);
  expect(own[0]).not.toContain("\x1b");
});

test("a defect of ours is thrown, and the connections are closed", async () => {
  const broken = new TypeError("a defect") as unknown as QuintetError;
  await expect(look({ app1: { sudo: broken, facts: FACTS.replace("passwordless", "password") } })).rejects.toThrow(
    "a defect",
  );
});
