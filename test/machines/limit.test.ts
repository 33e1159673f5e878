import { describe, expect, onTestFinished, test } from "vitest";
import type { Report } from "../../src/report/schema.ts";
import { VIRTUAL_IP } from "../../src/verify/context.ts";
import { failing } from "./failing.ts";
import { eventsOf, hostsOf, program, quintet, type Run } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, inside, machines, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();
const on = (verb: string, ...words: string[]) => [verb, "--stack", directory, ...words];

/** The steps of a run that were shown host by host, with those hosts. */
const steps = (run: Run) =>
  Object.fromEntries(eventsOf(run, "step-started").flatMap(({ step, rows }) => (rows ? [[step, rows]] : [])));

describe.skipIf(reason !== undefined)(`--limit${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("apply and verify are about that host alone, even while others are gone; its configuration names them all", async () => {
    const stack = await sharedStack();
    const gone = ["app1", "app2"];
    onTestFinished(async () => {
      for (const host of gone) await machines.link(stack, host, "up");
      expect((await quintet(on("apply"))).exitCode).toBe(0);
    });
    const configuration = "/etc/haproxy/haproxy.cfg";
    const before = await inside("web1", `cat ${configuration}`);
    expect(before).toContain("server app1 ");
    for (const host of ["web1", "web2"]) {
      await inside(host, `echo '# edited' >>${configuration}; echo '# edited' >>/etc/nginx/nginx.conf`);
    }
    for (const host of gone) await machines.link(stack, host, "down");

    const run = await quintet(on("apply", "--limit", "web1"));
    expect({ exitCode: run.exitCode, stderr: run.exitCode === 0 ? "" : run.stderr }).toEqual({
      exitCode: 0,
      stderr: "",
    });
    expect(steps(run)).toEqual({ preflight: ["web1"], lock: ["web1"], apply: ["web1"] });
    expect(Object.keys(hostsOf(run))).toEqual(["web1"]);
    expect(await inside("web1", `cat ${configuration}`)).toBe(before);
    expect(await inside("web2", "tail -n 1 /etc/nginx/nginx.conf")).toBe("# edited");

    for (const host of gone) await machines.link(stack, host, "up");
    const verified = await quintet(on("verify", "--limit", "web1"));
    expect({ exitCode: verified.exitCode, stderr: verified.exitCode === 0 ? "" : verified.stderr }).toEqual({
      exitCode: 0,
      stderr: "",
    });
    const report = eventsOf(verified, "result")[0]?.data as Report;
    expect(report.limit).toEqual(["web1"]);
    expect(new Set(report.checks.map(({ host }) => host))).toEqual(new Set(["web1", VIRTUAL_IP]));
    expect(report.isolation).toContainEqual({
      from: "web1",
      to: "db1",
      address: stack.hosts.find(({ name }) => name === "db1")?.address,
      port: 3306,
      expected: "closed",
      actual: "dropped",
    });
    expect(new Set(report.isolation.map(({ from }) => from))).toEqual(new Set(["web1", "this computer"]));
  });

  test.each(["apply", "verify"])("%s: an unknown name is said before anything happens", async (verb) => {
    const { errors, events } = await failing(2, on(verb, "--limit", "web1,ap1,dbb1"));
    expect(errors).toEqual([
      {
        message: "--limit names 2 things that the stack does not have: ap1 and dbb1.",
        exitCode: 2,
        step: "Read --limit",
        detail: "ap1: did you mean app1?\ndbb1: did you mean db1?",
        next: expect.stringContaining("web1, web2, app1, app2, db1"),
      },
    ]);
    expect(events.filter(({ type }) => type === "step-started")).toEqual([]);
  });

  test("drills are of the stack as a whole", async () => {
    const { errors } = await failing(2, on("verify", "--drills", "--limit", "web1"));
    expect(errors).toMatchObject([{ next: `Leave --limit out: ${program} verify --stack ${directory} --drills` }]);
  });
});
