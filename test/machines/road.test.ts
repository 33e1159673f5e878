import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommand } from "../../src/command.ts";
import { asExpected, type Report, reportSchema } from "../../src/report/schema.ts";
import type { SetupRuns } from "./global-setup.ts";
import { eventsOf, quintet, type Run } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";

const reason = await whyNoMachines();

/** The way of a stack from bare machines to a proven failover, on the machines that the global setup made. */
describe.skipIf(reason !== undefined)(`the road${reason === undefined ? "" : `: ${reason}`}`, async () => {
  const directory = process.env["QUINTET_TEST_STACK"] ?? "";
  const setup = JSON.parse(await readFile(join(dirname(directory), "setup.json"), "utf8")) as SetupRuns;

  it("plans for blank machines: each would change, and none was changed by that", () => {
    const tables = eventsOf(setup.install, "table");
    expect(tables.map(({ title }) => title)).toContainEqual(
      expect.stringMatching(/^5 hosts would change: \d+ files, 14 packages, 14 services, 11 other steps\.$/),
    );
  });

  it("installs five bare machines by flags alone", () => {
    const hosts = hostsOf(setup.install);
    expect(Object.keys(hosts).sort()).toEqual(["app1", "app2", "db1", "web1", "web2"]);
    for (const { changed, failed, unreachable } of Object.values(hosts)) {
      expect(changed).toBeGreaterThan(5);
      expect(failed + unreachable).toBe(0);
    }
  });

  it("changes nothing the second time", async () => {
    const run = await quintet(["apply", "--stack", directory]);
    expect(run.exitCode).toBe(0);
    expect(Object.values(hostsOf(run)).map((host) => host.changed)).toEqual([0, 0, 0, 0, 0]);
  });

  it("leaves a project that plain ansible-playbook runs", async () => {
    const playbook = join(import.meta.dirname, "../../.venv/bin/ansible-playbook");
    const run = await runCommand([playbook, "site.yml"], {
      cwd: directory,
      env: { ANSIBLE_BECOME_PASSWORD_FILE: join(directory, ".sudo_password") },
    });
    expect(run.stdout + run.stderr).toMatch(/^web2 +: ok=\d+ +changed=0 +unreachable=0 +failed=0 /m);
    expect(run.exitCode).toBe(0);
  });

  it("passes every check, from everywhere to everywhere", async () => {
    const run = await quintet(["verify", "--stack", directory]);
    const report = reportSchema.parse(
      JSON.parse(await readFile(join(directory, "reports/latest/report.json"), "utf8")),
    );
    // Nothing makes backups of a rehearsal.
    expect(notPassed(report).map(({ id, status }) => `${id} ${status}`)).toEqual(["backup-age skipped"]);
    expect(new Set(report.checks.map((check) => check.id)).size).toBeGreaterThanOrEqual(20);
    expect(report.isolation.filter((flow) => !asExpected(flow))).toEqual([]);
    const database = { to: "db1", address: "10.77.9.31", port: 3306 };
    expect(report.isolation).toContainEqual({ from: "web1", ...database, expected: "closed", actual: "dropped" });
    expect(report.isolation).toContainEqual({ from: "app1", ...database, expected: "open", actual: "open" });
    expect(report.result).toBe("passed");
    expect(run.exitCode).toBe(0);
  });
});

interface HostResult {
  readonly changed: number;
  readonly failed: number;
  readonly unreachable: number;
}

function hostsOf(run: Run): Record<string, HostResult> {
  const [result] = eventsOf(run, "result");
  if (result === undefined) throw new Error(`no result: ${run.stderr}`);
  return (result.data as { hosts: Record<string, HostResult> }).hosts;
}

function notPassed(report: Report) {
  return [...report.checks, ...report.drills].filter((one) => one.status !== "passed");
}
