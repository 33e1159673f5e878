import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { program, quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import {
  allUp,
  changeableStack,
  edited,
  printed,
  refused,
  released,
  running,
  setApp,
  visitedDuring,
} from "./released.ts";
import { inside } from "./shared.ts";

const reason = await whyNoMachines();
const APPS = ["app1", "app2"];
let stack = "";
let source = "";
let restore = async () => {};

describe.skipIf(reason !== undefined)(`releases${reason === undefined ? "" : `: ${reason}`}`, () => {
  beforeAll(async () => {
    ({ stack, source, restore } = await changeableStack());
  });
  afterAll(() => restore());

  test("nobody notices a release, another environment, a failing release or a rollback, but long connections", async () => {
    const release = ["release", "--stack", stack];

    let last = await released(release);
    const changed = await visitedDuring(stack, async () => {
      await edited(source, "public/assets/style.css", (text) => `${text}/* second */\n`);
      last = await released(release);
    });
    expect(changed.failed).toEqual([]);
    expect(changed.refusedSockets).toBe(0);
    // Half of them are on the host that changes first, all of them on the one that changes second.
    expect(last.switched?.cut).toBe(changed.closed);
    expect(changed.closed).toBeGreaterThanOrEqual(50);
    const second = last.release;
    expect(await running()).toEqual([second, second]);
    expect(await inside("web1", "tail -n 1 /srv/web/current/root/assets/style.css")).toBe("/* second */");

    const other = await visitedDuring(stack, async () => {
      await setApp(stack, "env", { COLOUR: 'bl"ue $HOME `\\' });
      last = await released(release);
    });
    expect(other.failed).toEqual([]);
    const third = last.release;
    expect(await printed(stack, "printenv", "COLOUR")).toBe('bl"ue $HOME `\\');

    const failing = await visitedDuring(stack, async () => {
      await setApp(stack, "start", "echo this is wrong; exit 3");
      const error = await refused(4, release);
      expect(error).toMatchObject({ host: "app1", message: expect.stringContaining("The start command ends at once") });
      expect(error.detail).toContain("this is wrong");
      expect(error.next).toContain("The site runs on with the release before.");
    });
    expect(failing.failed).toEqual([]);
    expect(await running()).toEqual([third, third]);

    const back = await visitedDuring(stack, async () => {
      last = await released(["rollback", "--stack", stack]);
    });
    expect(back.failed).toEqual([]);
    expect(last.release).toBe(second);
    expect(await running()).toEqual([second, second]);
    // Never to one that failed.
    await setApp(stack, "start", "node server.js");
    const failed = String(Number(third) + 1);
    expect((await refused(2, ["rollback", failed, "--stack", stack])).message).toContain(`Release ${failed} cannot`);
    await allUp();
  }, 600_000);

  test("an apply that restarts the application does so on one host after the other", async () => {
    const before = await Promise.all(APPS.map((host) => inside(host, "systemctl show --property=MainPID app.service")));
    const visited = await visitedDuring(
      stack,
      async () => {
        await setApp(stack, "shared", ["uploads"]);
        await released(["apply", "--stack", stack]);
      },
      { sockets: 0 },
    );
    // It does not drain: what is written at that moment is not sent a second time.
    expect(visited.failed.filter(({ kind }) => kind !== "write")).toEqual([]);
    for (const [index, host] of APPS.entries()) {
      expect(await inside(host, "readlink /srv/app/current/artifact/uploads")).toBe("/srv/app/shared/uploads");
      expect(await inside(host, "systemctl show --property=MainPID app.service")).not.toBe(before[index]);
    }
    await setApp(stack, "shared", undefined);
    await released(["apply", "--stack", stack]);
    await allUp();
  }, 300_000);

  test("a new host gets what the others run from one of them, where its archive and its source are not here", async () => {
    const { release } = await released(["release", "--stack", stack]);
    const artifact = await inside("app1", "readlink /srv/app/current/artifact");
    await inside("app2", "systemctl stop app.service && rm -r /srv/app/current /srv/app/releases /srv/app/artifacts");
    await inside("web2", "systemctl stop nginx.service && rm -r /srv/web");
    await rm(join(stack, "artifacts"), { recursive: true });
    await edited(source, "public/assets/style.css", (text) => `${text}/* not released */\n`);
    const visited = await visitedDuring(stack, () => released(["apply", "--stack", stack]), { sockets: 0 });
    expect(visited.failed).toEqual([]);
    await allUp();
    expect(await running()).toEqual([release, release]);
    expect(await inside("app2", "readlink /srv/app/current/artifact")).toBe(artifact);
    const files = "cd /srv/app/current/artifact/ && find . -type f | sort | xargs sha256sum | sha256sum";
    expect(await inside("app2", files)).toBe(await inside("app1", files));
    const page = "cat /srv/web/current/root/assets/style.css";
    expect(await inside("web2", page)).toBe(await inside("web1", page));
    // The next release goes on from there.
    expect((await released(["release", "--stack", stack])).release).toBe(String(Number(release) + 1));
  }, 300_000);

  test("nothing changed is nothing done, and says so", async () => {
    const { release } = await released(["release", "--stack", stack]);
    const before = await inside("app1", "systemctl show --property=MainPID app.service");
    expect(await released(["release", "--stack", stack])).toMatchObject({ release });
    expect(await inside("app1", "systemctl show --property=MainPID app.service")).toBe(before);
    expect(JSON.parse(await readFile(join(stack, "release.json"), "utf8"))).toMatchObject({ release });
  });

  test("the day's work: releases, logs and the database's shell", async () => {
    const { release } = await released(["release", "--stack", stack]);
    const listed = await released(["releases", "--stack", stack]);
    expect(listed).toContainEqual(
      expect.objectContaining({ release, by: "root", state: "good", hosts: { app1: "running", app2: "running" } }),
    );
    const logs = await quintet(["logs", "--stack", stack, "--no-follow", "--since", "10m", "--grep", "listening on"]);
    const hosts = logs.events.flatMap((event) => (event.type === "log" ? [event.host] : []));
    expect(new Set(hosts)).toEqual(new Set(APPS));
    const sql = await runCommand([program, "db", "--stack", stack], { input: "SELECT 6 * 7 AS answer;\n" });
    expect(sql.stdout.trim().split("\n").slice(-2)).toEqual(["answer", "42"]);
    const ended = await runCommand([program, "run", "--stack", stack, "--host", "app2", "--", "sh", "-c", "exit 5"]);
    expect(ended.exitCode).toBe(5);
  }, 300_000);
});
