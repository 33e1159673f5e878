import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Session } from "../../../src/remote/session.ts";
import { armScript, type Fault, LEFTOVER_SCRIPT, repairScript } from "../../../src/verify/faults/fault.ts";
import { networkCut, rules } from "../../../src/verify/faults/network-cut.ts";
import { outOfMemory } from "../../../src/verify/faults/out-of-memory.ts";
import { powerLoss } from "../../../src/verify/faults/power.ts";
import { frozen, keptDown, killed, restarted, stopped } from "../../../src/verify/faults/units.ts";
import { fiveHosts } from "../stack.ts";

const stack = fiveHosts("/srv/shop");

/** A host that writes down what it is told. */
function hostThatHears(exitCode = 0) {
  const heard: string[] = [];
  const host = stack.hosts[0];
  if (host === undefined) throw new Error("no host");
  const session: Session = {
    host,
    async run(argv, { input = "", sudo } = {}) {
      if (argv[0] === "printenv") return { exitCode: 0, stdout: "192.0.2.9 50000 192.0.2.11 22\n", stderr: "" };
      expect({ argv, sudo }).toEqual({ argv: ["sh", "-s"], sudo: true });
      heard.push(input);
      return { exitCode, stdout: "", stderr: "no such unit\n" };
    },
    stream: () => expect.fail("no stream is wanted"),
    attach: async () => undefined,
    close() {},
  };
  const world = { stack, machines: undefined, sessions: { to: async () => session, forget() {}, close() {} } };
  return { world, heard };
}

/** systemctl, systemd-run and the like only write down how they were called. */
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "quintet-fault-"));
  for (const [pid, unit] of Object.entries({ 17: "app", 18: "app", 19: "haproxy", 20: "myapp" })) {
    mkdirSync(join(directory, "proc", pid), { recursive: true });
    writeFileSync(join(directory, "proc", pid, "cgroup"), `0::/system.slice/${unit}.service\n`);
  }
  for (const name of ["systemctl", "systemd-run", "nft", "setpriv", "stub-kill"]) {
    writeFileSync(join(directory, name), `#!/bin/sh\necho "${name} $*" >>${directory}/calls\n`, { mode: 0o755 });
  }
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What a script calls, run by a real shell; files under /run are those of a directory of the test's. */
function callsOf(script: string): string[] {
  rmSync(join(directory, "calls"), { force: true });
  const here = script
    .replaceAll("/run/", `${directory}/`)
    .replaceAll("cd /proc", `cd ${directory}/proc`)
    .replaceAll("kill -KILL", "stub-kill -KILL"); // the shell's own would really kill
  execFileSync("sh", ["-s"], { input: here, env: { PATH: `${directory}:${process.env["PATH"]}` } });
  return readFileSync(join(directory, "calls"), "utf8").trimEnd().split("\n");
}

test("a repair is armed as a timer of the host's own, before anything else", async () => {
  const calls = callsOf(armScript("systemctl start nginx.service", 60_000));
  const script = `${directory}/quintet/drill-repair.sh`;
  expect(calls).toEqual([
    "systemctl stop quintet-drill-repair.timer",
    `systemd-run --quiet --collect --unit=quintet-drill-repair --on-active=60s --timer-property=AccuracySec=250ms /bin/sh ${script}`,
  ]);
  expect(callsOf(readFileSync(script, "utf8"))).toEqual(["systemctl start nginx.service"]);
  expect(() => readFileSync(script)).toThrow("ENOENT");
});

test("a repair takes the timer back only once it has mended", () => {
  expect(callsOf(repairScript("systemctl start nginx.service"))).toEqual([
    "systemctl start nginx.service",
    "systemctl stop quintet-drill-repair.timer",
  ]);
  writeFileSync(join(directory, "systemctl"), `#!/bin/sh\necho "$*" >>${directory}/calls\nexit 1\n`);
  expect(() => callsOf(repairScript("systemctl start nginx.service"))).toThrow();
  expect(readFileSync(join(directory, "calls"), "utf8")).toBe("start nginx.service\n");
});

test("what an interrupted drill left is mended where there is something", () => {
  callsOf(armScript("systemctl start nginx.service", 60_000));
  expect(callsOf(LEFTOVER_SCRIPT)).toEqual([
    "systemctl start nginx.service",
    "systemctl stop quintet-drill-repair.timer",
  ]);
  expect(() => callsOf(LEFTOVER_SCRIPT)).toThrow("ENOENT"); // nobody was called
});

test.each<[string, Fault, string[], string[]]>([
  [
    "stopped",
    stopped("nginx.service"),
    ["systemctl stop nginx.service"],
    ["systemctl reset-failed nginx.service", "systemctl start nginx.service"],
  ],
  [
    "killed",
    killed("app.service"),
    ["stub-kill -KILL 17 18"],
    ["systemctl reset-failed app.service", "systemctl start app.service"],
  ],
  [
    "kept down",
    keptDown("haproxy.service"),
    ["systemctl daemon-reload", "stub-kill -KILL 19"],
    ["systemctl daemon-reload", "systemctl reset-failed haproxy.service", "systemctl start haproxy.service"],
  ],
  [
    "frozen",
    frozen("haproxy.service"),
    ["systemctl kill --signal=STOP haproxy.service"],
    [
      "systemctl kill --signal=CONT haproxy.service",
      "systemctl reset-failed haproxy.service",
      "systemctl start haproxy.service",
    ],
  ],
  [
    "restarted",
    restarted("mysql.service"),
    ["systemctl restart mysql.service"],
    ["systemctl reset-failed mysql.service", "systemctl start mysql.service"],
  ],
])("%s: what is done, and undone any number of times", async (_, fault, broken, mended) => {
  const { world, heard } = hostThatHears();
  await fault.inject(world, "web1");
  await fault.repair(world, "web1");
  const [inject = "", repair = ""] = heard;
  expect(callsOf(inject)).toEqual(["systemctl --quiet is-active quintet-drill-repair.timer", ...broken]);
  const all = [...mended, "systemctl stop quintet-drill-repair.timer"];
  expect(callsOf(repair)).toEqual(all);
  expect(callsOf(repair)).toEqual(all);
});

test("nothing is broken that nobody would mend: the repair must still be armed", async () => {
  const { world, heard } = hostThatHears();
  await killed("app.service").inject(world, "web1");
  writeFileSync(join(directory, "systemctl"), `#!/bin/sh\necho "systemctl $*" >>${directory}/calls\nexit 3\n`);
  expect(() => callsOf(heard[0] ?? "")).toThrow("the repair is not armed any more");
  expect(readFileSync(join(directory, "calls"), "utf8")).toBe(
    "systemctl --quiet is-active quintet-drill-repair.timer\n",
  );
});

test("kept down: nobody can start it until the drop-in is gone", async () => {
  const { world, heard } = hostThatHears();
  const dropIn = () => readFileSync(`${directory}/systemd/system/haproxy.service.d/zz-quintet-drill.conf`, "utf8");
  await keptDown("haproxy.service").inject(world, "web1");
  callsOf(heard[0] ?? "");
  expect(dropIn()).toBe("[Unit]\nConditionPathExists=/nonexistent\n[Service]\nRestart=no\n");
  await keptDown("haproxy.service").repair(world, "web1");
  callsOf(heard[1] ?? "");
  expect(dropIn).toThrow("ENOENT");
});

test("out of memory: an application that lives on is a fault of the drill", async () => {
  const { world, heard } = hostThatHears();
  await outOfMemory("app.service").inject(world, "web1");
  writeFileSync(join(directory, "systemctl"), "#!/bin/sh\necho 17\n");
  writeFileSync(join(directory, "sleep"), "#!/bin/sh\n", { mode: 0o755 });
  expect(() => callsOf(heard[0] ?? "")).toThrow("app.service did not run out of memory within 20 s");
});

test("a script that fails says what the host said", async () => {
  const { world } = hostThatHears(5);
  await expect(stopped("nginx.service").inject(world, "web1")).rejects.toThrow("web1 cannot break it: no such unit");
});

test("a cut-off host keeps this computer's SSH, and is silent about the virtual IP", async () => {
  const { world, heard } = hostThatHears();
  await networkCut.inject(world, "web1");
  expect(heard[0]).toContain(rules("192.0.2.9", 22, stack.virtualIp.address));
  expect(rules("192.0.2.9", 22, "192.0.2.100")).toBe(`table inet quintet_drill {
  chain input {
    type filter hook input priority -300; policy drop;
    iif lo accept
    ip saddr 192.0.2.9 tcp dport 22 accept
    icmpv6 type { 133, 134, 135, 136 } accept
  }
  chain output {
    type filter hook output priority -300; policy drop;
    oif lo accept
    ip daddr 192.0.2.9 tcp sport 22 accept
    icmpv6 type { 133, 134, 135, 136 } accept
  }
}
table arp quintet_drill {
  chain input {
    type filter hook input priority 0; policy accept;
    arp daddr ip 192.0.2.100 drop
  }
  chain output {
    type filter hook output priority 0; policy accept;
    arp saddr ip 192.0.2.100 drop
  }
}
`);
  const six = rules("2001:db8::9", 2222, "2001:db8::100");
  expect(six).toContain("ip6 saddr 2001:db8::9 tcp dport 2222 accept");
  expect(six).toContain("icmpv6 type { 135, 136 } @th,64,128 0x20010db8000000000000000000000100 drop");
  expect(six).not.toContain("table arp");
});

test("power that was not cut comes back as well: what was armed is called off", async () => {
  const calls: string[] = [];
  const machines = {
    up: async () => {},
    down: async () => {},
    provider: "systemd-nspawn" as const,
    reset: async () => {},
    link: async () => {},
    status: async () => [],
    stateOf: async () => "running" as const,
    powerOff: async (_: unknown, host: string) => void calls.push(`off ${host}`),
    start: async (_: unknown, host: string) => void calls.push(`start ${host}`),
    startLater: async (_: unknown, host: string, ms: number) => void calls.push(`start ${host} in ${ms}`),
  };
  const { world } = hostThatHears();
  await powerLoss.arm({ ...world, machines }, "web1", 60_000);
  await powerLoss.inject({ ...world, machines }, "web1");
  await powerLoss.repair({ ...world, machines }, "web1");
  expect(calls).toEqual(["start web1 in 60000", "off web1", "start web1"]);
  await expect(powerLoss.inject(world, "web1")).rejects.toThrow("there is no power switch");
});
