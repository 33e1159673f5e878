import { expect, test } from "vitest";
import type { AnsibleEvent } from "../../src/ansible/events.ts";
import { planOf, wouldChange } from "../../src/ansible/plan.ts";

type TaskEnd = Extract<AnsibleEvent, { event: "task-end" }>;

function end(task: string, more: Partial<TaskEnd> = {}): TaskEnd {
  return { event: "task-end", host: "web1", role: "web", task, handler: false, status: "changed", ms: 1, ...more };
}

function prepared(...lines: string[]): TaskEnd {
  return end("Install packages", { role: "host", lines, status: lines.length === 0 ? "ok" : "changed" });
}

function plan(...events: AnsibleEvent[]) {
  return planOf(events, ["web1"])[0];
}

test("nothing to do is no change, for every host that was meant", () => {
  const plans = planOf([{ event: "play", name: "x" }, prepared(), end("Configure", { status: "ok" })], ["web1", "db1"]);
  expect(plans.map(({ host }) => host)).toEqual(["web1", "db1"]);
  expect(plans.filter(wouldChange)).toEqual([]);
});

test("what prepare.sh says is packages, files and services", () => {
  expect(plan(prepared("install nginx", "write /etc/a.conf", "start nginx.service", "enable app.service"))).toEqual({
    host: "web1",
    packages: ["nginx"],
    files: [{ path: "/etc/a.conf", secret: false }],
    services: [
      { unit: "app.service", action: "enable" },
      { unit: "nginx.service", action: "start" },
    ],
    others: [],
  });
});

test("a diff loses the two lines that name temporary files", () => {
  const diff = "--- before: /etc/a\n+++ after: /root/.ansible/tmp/a.j2\n@@ -1 +1 @@\n-a\n+b\n\n";
  expect(plan(end("Configure", { path: "/etc/a", diff }))?.files).toEqual([
    { path: "/etc/a", diff: "@@ -1 +1 @@\n-a\n+b", secret: false },
  ]);
});

test("a file with secrets is named, and its diff never shown", () => {
  const files = [{ path: "/etc/app.env", secret: true }];
  expect(plan(end("Write", { path: "/etc/app.env", hidden: true }))?.files).toEqual(files);
  expect(plan(end("Write", { path: "/etc/app.env", hidden: true, diff: "+password" }))?.files).toEqual(files);
});

test("a file that stays as it is, and only has its handler notified again, is none", () => {
  expect(plan(end("Write the rules", { path: "/etc/quintet-firewall.nft" }))?.files).toEqual([]);
});

test("a service is named once, with the most that happens to it", () => {
  const reload = end("Reload", { handler: true, service: { name: "mysql.service", state: "reloaded" } });
  const restart = end("Restart", { handler: true, service: { name: "mysql.service", state: "restarted" } });
  expect(plan(restart, reload)?.services).toEqual([{ unit: "mysql.service", action: "restart" }]);
  expect(plan(prepared("start mysql.service"), reload)?.services).toEqual([{ unit: "mysql.service", action: "start" }]);
});

test("other changes, and what cannot say what it would do, are named by their tasks; a handler's wait is not", () => {
  const unchecked = { status: "skipped", unchecked: true } as const;
  expect(
    plan(
      end("Unpack the release", unchecked),
      end("Create the user"),
      end("Skip", { status: "skipped" }),
      end("Wait until it is healthy", { ...unchecked, handler: true }),
    )?.others,
  ).toEqual(["Unpack the release", "Create the user"]);
});
