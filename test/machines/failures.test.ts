import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createLogin } from "../../src/remote/login.ts";
import { asExpected, reportSchema } from "../../src/report/schema.ts";
import { poolServers } from "../../src/verify/haproxy.ts";
import { failing } from "./failing.ts";
import { hostsOf, program, quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, hostNamed, inside, meanwhile } from "./shared.ts";

const reason = await whyNoMachines();
const apply = ["apply", "--stack", directory];

/** The stack itself is broken. */
describe.skipIf(reason !== undefined)(`failures${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("a failing task says where, why, what its service said, and what next; then the same command goes on", async () => {
    const types = "/etc/nginx/mime.types";
    await meanwhile(
      "web2",
      `mv ${types} /root/mime.types; echo '# edited' >>/etc/nginx/nginx.conf`,
      `[ ! -e /root/mime.types ] || mv /root/mime.types ${types}`,
    );
    const { errors, events } = await failing(4, apply);
    expect(errors).toEqual([
      {
        message: "A task failed on web2.",
        host: "web2",
        step: "web: Configure Nginx",
        detail: expect.stringMatching(
          /open\(\) "\/etc\/nginx\/mime\.types" failed \(2: No such file or directory\)[\s\S]*\n\nThe journal of nginx:\n.* web2 (nginx|systemd)\[/,
        ),
        exitCode: 4,
        logFile: expect.stringContaining(join(directory, "logs")),
        next: `Mend what it says, then: ${program} apply --stack ${directory}`,
      },
    ]);
    expect(await readFile(errors[0]?.logFile ?? "", "utf8")).toContain("Configure Nginx");
    // The old configuration serves on, and no other host was kept from its own tasks.
    expect(await inside("web2", "tail -n 1 /etc/nginx/nginx.conf; systemctl is-active nginx")).toBe("# edited\nactive");
    const unhappy = events.flatMap((event) =>
      event.type === "row" && event.step === "apply" && event.status === "failed" ? [event.row] : [],
    );
    expect(new Set(unhappy)).toEqual(new Set(["web2"]));

    await inside("web2", `mv /root/mime.types ${types}`);
    const mended = await quintet(apply);
    expect(mended.exitCode).toBe(0);
    expect(hostsOf(mended)["web2"]).toMatchObject({ changed: 2, failed: 0 });
    expect(await inside("web2", "tail -n 1 /etc/nginx/nginx.conf")).not.toBe("# edited");
  });

  test("a failing check names the host, in the report too", async () => {
    await meanwhile("web2", "systemctl stop nginx", "systemctl start nginx");
    for (const balancer of ["web1", "web2"]) {
      const session = await createLogin().connect({ directory }, await hostNamed(balancer));
      onTestFinished(() => session.close());
      const status = async () => (await poolServers(session)).find(({ server }) => server === "web2")?.status;
      await expect.poll(status, { timeout: 20_000 }).toBe("DOWN");
    }
    const { errors } = await failing(5, ["verify", "--stack", directory]);
    expect(errors).toEqual([
      {
        message:
          "quintet-test did not pass: HAProxy sees every server up; Static content comes from each web server; Ports are open to those who need them and to nobody else; Services run, and start when the host does.",
        step: "Verify",
        detail: expect.stringMatching(
          /^web1: HAProxy sees every server up: web\/web2 is DOWN\n[\s\S]*\nweb2: Static content comes from each web server: /,
        ),
        exitCode: 5,
        next: expect.stringContaining(`after mending it: ${program} verify --stack ${directory}`),
      },
    ]);
    const file = join(directory, "reports/latest/report.json");
    const report = reportSchema.parse(JSON.parse(await readFile(file, "utf8")));
    expect(report.result).toBe("failed");
    const failed = report.checks.filter(({ status }) => status === "failed");
    expect(failed.map(({ id, host }) => `${id} ${host}`)).toEqual([
      "pools-are-up web1",
      "pools-are-up web2",
      "static-from-each-web web2",
      "flow-isolation web2",
      "services web2",
    ]);
    const { address } = await hostNamed("web2");
    expect(report.isolation.filter((flow) => !asExpected(flow))).toEqual([
      {
        from: "web1",
        to: "web2",
        address,
        port: 8080,
        expected: "open",
        actual: "refused",
        rule: `web2: nothing listens on ${address}:8080 (Nginx)`,
      },
    ]);
  });
});
