import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { HostPlan } from "../../src/ansible/plan.ts";
import { runCommand } from "../../src/command.ts";
import type { SetupRuns } from "./global-setup.ts";
import { eventsOf, hostsOf, quintet, type Run } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { copyOfStack, directory, inside } from "./shared.ts";
import { editStack } from "./stack-file.ts";

const reason = await whyNoMachines();
/** Several runs, on a busy computer. */
const BUSY_MS = 400_000;

describe.skipIf(reason !== undefined)(`plan${reason === undefined ? "" : `: ${reason}`}`, () => {
  let setup: SetupRuns;
  let secrets: string[];
  beforeAll(async () => {
    setup = JSON.parse(await readFile(join(dirname(directory), "setup.json"), "utf8")) as SetupRuns;
    secrets = await secretLines();
  });

  test("blank machines: what was planned is what apply then did", () => {
    const [result] = eventsOf(setup.install, "result");
    if (result === undefined) throw new Error(setup.install.stderr);
    const { plan: plans } = result.data as { readonly plan: readonly HostPlan[] };
    const locked = setup.install.events.findIndex((event) => event.type === "step-started" && event.step === "lock");
    const plan = { ...setup.install, events: setup.install.events.slice(0, locked) };
    const apply = { ...setup.install, events: setup.install.events.slice(locked) };
    expect(plans.find(({ host }) => host === "db1")).toMatchObject({
      packages: ["nftables", "mysql-server"],
      services: [
        { unit: "quintet-firewall.service", action: "start" },
        { unit: "mysql.service", action: "start" },
      ],
      others: ["Create the application's account"],
    });
    const hidden = plans.flatMap(({ host, files }) =>
      files.filter((one) => one.secret).map(({ path }) => `${host} ${path}`),
    );
    expect(hidden.sort()).toEqual([
      "app1 /etc/app.env",
      "app2 /etc/app.env",
      "db1 /etc/mysql/server.pem",
      "web1 /etc/haproxy/site.pem",
      "web2 /etc/haproxy/site.pem",
    ]);
    // Whatever apply did but bring services up was planned, and the other way round.
    const planned = new Set([
      ...changedTasks(plan),
      ...plans.flatMap(({ host, others }) => others.map((task) => `${host} ${task}`)),
    ]);
    const done = new Set(changedTasks(apply).filter((task) => !/^\S+ (Run|Load|Confirm) /.test(task)));
    expect([...planned].sort()).toEqual([...done].sort());
    expect(leaked(setup.install, secrets)).toEqual([]);
  });

  test("nothing to do: says so, exit code 0", async () => {
    const run = await quintet(["plan", "--stack", directory]);
    expect({ exitCode: run.exitCode, changes: plansOf(run).filter(changes) }).toEqual({ exitCode: 0, changes: [] });
    expect(eventsOf(run, "result")[0]?.text).toEqual(["Nothing would change: 5 hosts are as stack.yml says."]);
  });

  test(
    "one edited value: that file on those hosts, without the secret in it; apply changes exactly these",
    async () => {
      const stack = await copyOfStack();
      await editStack(stack, (document) => document.addIn(["routes", "static"], "/humans.txt"));
      const configuration = join(stack, "roles/loadbalancer/templates/haproxy.cfg.j2");
      // By hand, and by mistake.
      await edit(configuration, "\nglobal\n", "\n# {{ vault_database_password }}\nglobal\n");
      const before = await inside("web1", "sha256sum /etc/haproxy/haproxy.cfg");
      const careless = await quintet(["plan", "--stack", stack]);
      expect(JSON.stringify(plansOf(careless))).toContain("+# ********");
      expect(leaked(careless, secrets)).toEqual([]);
      const log = await readFile(dataOf(careless).logFile, "utf8");
      expect(log).toContain("+# ********");
      expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);

      const run = await quintet(["plan", "--overwrite", "--stack", stack]);
      expect(run.exitCode).toBe(10);
      expect(plansOf(run).filter(changes)).toEqual(
        ["web1", "web2"].map((host) => ({
          host,
          packages: [],
          files: [
            { path: "/etc/haproxy/haproxy.cfg", diff: expect.stringContaining("+    acl static path "), secret: false },
          ],
          services: [{ unit: "haproxy.service", action: "reload" }],
          others: [],
        })),
      );
      expect(await inside("web1", "sha256sum /etc/haproxy/haproxy.cfg")).toBe(before);

      const apply = await quintet(["apply", "--stack", stack]);
      expect(apply.exitCode).toBe(0);
      expect(changedTasks(apply).sort()).toEqual(
        ["web1", "web2"].flatMap((host) => [`${host} Configure HAProxy`, `${host} Reload HAProxy`]),
      );
      expect((await quintet(["apply", "--limit", "loadbalancer", "--stack", directory])).exitCode).toBe(0);
    },
    BUSY_MS,
  );

  test(
    "a reload that is still owed is planned, and made good",
    async () => {
      const file = "/etc/nginx/nginx.conf";
      await inside(
        "web2",
        `cp -p ${file} /root/kept; echo '# x' >>${file}; systemctl reload nginx; cat /root/kept >${file}`,
      );
      const run = await quintet(["plan", "--limit", "web", "--stack", directory]);
      expect(run.exitCode).toBe(10);
      expect(plansOf(run)).toEqual([
        { host: "web1", packages: [], files: [], services: [], others: [] },
        { host: "web2", packages: [], files: [], services: [{ unit: "nginx.service", action: "reload" }], others: [] },
      ]);
      const apply = await quintet(["apply", "--limit", "web", "--stack", directory]);
      expect(changedTasks(apply)).toEqual(["web2 Run Nginx"]);
      const again = await quintet(["apply", "--stack", directory]);
      expect(Object.values(hostsOf(again)).map(({ changed }) => changed)).toEqual([0, 0, 0, 0, 0]);
    },
    BUSY_MS,
  );
});

function plansOf(run: Run): readonly HostPlan[] {
  return dataOf(run).hosts;
}

function dataOf(run: Run): { readonly hosts: readonly HostPlan[]; readonly logFile: string } {
  const [result] = eventsOf(run, "result");
  if (result === undefined) throw new Error(run.stderr);
  return result.data as ReturnType<typeof dataOf>;
}

function changes({ packages, files, services, others }: HostPlan): boolean {
  return [packages, files, services, others].some(({ length }) => length > 0);
}

/** "web1 Configure Nginx" for every task that changed something, or would. */
function changedTasks(run: Run): string[] {
  return eventsOf(run, "task").flatMap(({ host, task, status }) => (status === "changed" ? [`${host} ${task}`] : []));
}

/** Every line of every secret of the shared stack that is long enough to be one. */
async function secretLines(): Promise<string[]> {
  const vault = join(import.meta.dirname, "../../.venv/bin/ansible-vault");
  const { stdout } = await runCommand([vault, "view", "--vault-password-file=.vault_password", "secrets.yml"], {
    cwd: directory,
  });
  const values = Object.values(parse(stdout) as Record<string, string>);
  const lines = values
    .flatMap((value) => value.split("\n"))
    .filter((line) => line.length > 8 && !line.startsWith("---"));
  expect(lines.length).toBeGreaterThan(4);
  return lines;
}

function leaked(run: Run, secrets: readonly string[]): string[] {
  return secrets.filter((secret) => `${JSON.stringify(run.events)}${run.stderr}`.includes(secret));
}

async function edit(file: string, what: string, by: string): Promise<void> {
  const text = await readFile(file, "utf8");
  expect(text).toContain(what);
  await writeFile(file, text.replace(what, by));
}
