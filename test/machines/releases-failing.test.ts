import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { allUp, changeableStack, edited, refused, released, running, setApp } from "./released.ts";
import { inside, meanwhile } from "./shared.ts";

const reason = await whyNoMachines();
const _APPS = ["app1", "app2"];
let stack = "";
let source = "";
let restore = async () => {};

describe.skipIf(reason !== undefined)(`releases that fail${reason === undefined ? "" : `: ${reason}`}`, () => {
  beforeAll(async () => {
    ({ stack, source, restore } = await changeableStack());
  });
  afterAll(() => restore());

  test("each rollback goes to the good release before, and a named one may be newer", async () => {
    const releases: string[] = [];
    for (const text of ["one", "two", "three"]) {
      await edited(source, "server.js", (before) => `${before}// ${text}\n`);
      releases.push((await released(["release", "--batch", "2", "--stack", stack])).release);
    }
    const [first, second, third = ""] = releases;
    expect(await released(["rollback", "--stack", stack])).toMatchObject({ release: second });
    expect(await released(["rollback", "--stack", stack])).toMatchObject({ release: first });
    expect(await released(["rollback", third, "--stack", stack])).toMatchObject({ release: third });
    expect(await running()).toEqual([third, third]);
  }, 300_000);

  test("whatever is wrong with a release, it is told, the old one runs on, and the next one works", async () => {
    const release = ["release", "--stack", stack];
    const { release: good } = await released(release);
    const fails = async (name: string, value: unknown, message: RegExp, code = 4) => {
      const kept = { start: "node server.js", health: "/healthz", build: undefined }[name];
      const build = (await readFile(join(stack, "stack.yml"), "utf8")).match(/build: (.*)/)?.[1];
      await setApp(stack, name, value);
      const error = await refused(code, release);
      expect(`${error.message}\n${error.detail}`).toMatch(message);
      expect(await running()).toEqual([good, good]);
      await setApp(stack, name, name === "build" ? build : kept);
    };
    await fails("start", "sleep 600", /does not answer/);
    await fails("build", "echo no compiler; exit 1", /no compiler/);
    await fails("migrate", "echo half of it; exit 7", /migration failed with exit code 7[\s\S]*half of it/);

    // One that answers, and with an error.
    await edited(source, "routes.js", (text) => text.replaceAll("/healthz", "/elsewhere"));
    expect((await refused(4, release)).message).toContain("it answers 404");
    await edited(source, "routes.js", (text) => text.replaceAll("/elsewhere", "/healthz"));

    // An archive that would write elsewhere; test/artifact knows more of them.
    expect(await running()).toEqual([good, good]);
    await allUp();

    // A disk that is full, on the second host.
    await edited(source, "public/assets/style.css", (text) => `${text}/* after the full disk */\n`);
    await meanwhile(
      "app2",
      "mkdir -p /srv/app/artifacts; mount -t tmpfs -o size=1k tmpfs /srv/app/artifacts",
      "umount /srv/app/artifacts",
    );
    const full = await refused(4, release);
    expect(full).toMatchObject({ host: "app2", message: expect.stringContaining("The disk is full") });
    expect((await running())[0]).toBe(good);
  }, 600_000);

  test("an application that ignores SIGTERM is ended, and a migration runs once, on one host, in its environment", async () => {
    await edited(source, "server.js", (text) =>
      text.replaceAll('process.on("SIGTERM", stop)', 'process.on("SIGTERM", () => {})'),
    );
    await setApp(stack, "migrate", "echo migrated as $(id -un) on $SERVER_NAME for $DATABASE_NAME");
    const run = await quintet(["release", "--stack", stack]);
    expect(run.exitCode).toBe(0);
    const said = run.events.flatMap((event) => (event.type === "log" ? [event.line] : []));
    expect(said).toEqual(["migrated as app on app1 for guestbook"]);
    await edited(source, "server.js", (text) => `${text}// again\n`);
    await released(["release", "--stack", stack]);
    await allUp();
  }, 300_000);

  test("a host that is lost in the middle is named, and nobody notices more than that", async () => {
    const { release: before } = await released(["release", "--stack", stack]);
    await edited(source, "server.js", (text) => `${text}// another\n`);
    const next = Number(before) + 1;
    // Nothing comes in any more as soon as it runs the new one.
    await meanwhile(
      "app2",
      `systemd-run --quiet --collect sh -c 'until [ "$(readlink /srv/app/current)" = releases/${next} ]; do sleep 0.02; done
nft add table inet lost; nft add chain inet lost input "{ type filter hook input priority -300; policy drop; }"'`,
      "nft delete table inet lost 2>/dev/null || :",
    );
    const error = await refused(4, ["release", "--stack", stack]);
    expect(error.host).toBe("app2");
    // There is nobody else to answer while it would go back.
    expect(error.next).toContain(`app1 runs on with release ${next}: it is the only one that answers`);
    expect(await inside("app1", "readlink /srv/app/current; systemctl is-active app")).toBe(`releases/${next}\nactive`);
    await inside("app2", "nft delete table inet lost");
    await released(["release", "--stack", stack, "--lock-wait", "60"]);
    await allUp();
    expect(new Set(await running()).size).toBe(1);
  }, 300_000);
});
