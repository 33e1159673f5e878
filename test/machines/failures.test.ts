import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { reportSchema } from "../../src/verify/report.ts";
import { failing } from "./failing.ts";
import { eventsOf, quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, inside, meanwhile } from "./shared.ts";

const reason = await whyNoMachines();
const again = `quintet apply --stack ${directory}`;

/** The stack itself is broken. */
describe.skipIf(reason !== undefined)(`failures${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("a failing task says where, why, what its service said, and what next; then the same command goes on", async () => {
    await inside("app1", "mv /etc/app.env /root/app.env; mkdir /etc/app.env");
    onTestFinished(async () => {
      await inside(
        "app1",
        "[ ! -e /root/app.env ] || { rm -rf /etc/app.env; mv /root/app.env /etc/app.env; systemctl restart app; }",
      );
    });
    const { errors, events } = await failing(4, ["apply", "--stack", directory]);
    expect(errors).toEqual([
      {
        message: "A task failed on app1.",
        host: "app1",
        step: "app: Restart the application",
        detail: expect.stringMatching(/\n\nThe journal of app:\n[\s\S]*app\.env/),
        exitCode: 4,
        logFile: expect.stringContaining(join(directory, "logs")),
        next: expect.stringContaining(again),
      },
    ]);
    await access(errors[0]?.logFile ?? "");
    expect(await readFile(errors[0]?.logFile ?? "", "utf8")).toContain("Restart the application");
    // The others were not kept from theirs.
    expect(events.filter((event) => event.type === "task" && event.status === "failed")).toMatchObject([
      { host: "app1" },
    ]);

    await inside("app1", "rm -r /etc/app.env /root/app.env");
    const mended = await quintet(["apply", "--stack", directory]);
    expect(mended.exitCode).toBe(0);
    expect(await inside("app1", "systemctl is-active app; stat --format '%U %a' /etc/app.env")).toBe("active\napp 400");
  });

  test("a failing check names the host, in the report too", async () => {
    await meanwhile("web2", "systemctl stop nginx", "systemctl start nginx");
    const run = await failing(5, ["verify", "--stack", directory]);
    expect(run.errors).toEqual([]);
    const report = reportSchema.parse(
      JSON.parse(await readFile(join(directory, "reports/latest/report.json"), "utf8")),
    );
    expect(report.result).toBe("failed");
    expect(
      report.checks.filter(({ status }) => status === "failed").map(({ id, host, actual }) => [id, host, actual]),
    ).toEqual([]);
    expect(eventsOf(run, "result")).toEqual([]);
  });
});
