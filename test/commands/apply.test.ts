import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { applyStack } from "../../src/commands/apply.ts";
import type { CommandContext } from "../../src/commands/context.ts";
import { withDirectory } from "../../src/commands/locked-directory.ts";
import { EXIT, QuintetError } from "../../src/errors.ts";
import type { Event } from "../../src/events.ts";
import { createLogin } from "../../src/remote/login.ts";
import type { Session } from "../../src/remote/session.ts";
import type { Host } from "../../src/stack/stack.ts";
import { ansible } from "../ansible/ansible.ts";
import { fiveHosts } from "../verify/stack.ts";
import { fakeContext } from "./context.ts";

let directory: string;
let events: Event[];
beforeEach(async () => {
  events = [];
  directory = await mkdtemp(join(tmpdir(), "quintet-apply-"));
  onTestFinished(() => rm(directory, { recursive: true }));
});

const stack = () => ({ ...fiveHosts(directory), directory });

function contextOf(connect: (host: Host) => Promise<Session>): CommandContext {
  const login = {
    ...createLogin(),
    newKeys: async () => [],
    prepare: async () => {},
    connect: (_: unknown, host: Host) => connect(host),
  } as unknown as CommandContext["login"];
  const env = { ...process.env, PATH: `${dirname(ansible.playbook)}:${process.env["PATH"]}` };
  return fakeContext(directory, events, { login, env, run: runCommand });
}

const steps = () => events.flatMap((event) => (event.type === "step-started" ? [event.step] : []));
const unreachable = async (host: Host) => {
  const message = `${host.name} does not answer.`;
  throw new QuintetError({ message, exitCode: EXIT.preflight, host: host.name, step: "connect", next: "Mend it." });
};
const options = { limit: "web1,web2", lockWait: "0", overwrite: true };

test("the locks come before the check; hosts that cannot be locked are all named by the check", async () => {
  const run = applyStack(stack(), options, contextOf(unreachable));
  await expect(run).rejects.toMatchObject({ fields: { host: "web2", message: "web2 does not answer." } });
  expect(steps()).toEqual(["lock", "preflight"]);
  expect(events.flatMap((event) => (event.type === "error" ? [event.error.host] : []))).toEqual(["web1"]);
});

test("a host that another run has is not looked at, and the advice has the flags of this run", async () => {
  const held = async (host: Host) => {
    const stream: Session["stream"] = (_, onLine) => ({
      ended: new Promise(() => {}),
      write: () => {
        onLine("held 100 50 99");
        onLine(JSON.stringify({ run: "r1", user: "kim", computer: "laptop", command: "quintet apply" }));
      },
      stop: async () => {},
    });
    return { host, stream, close: () => {} } as unknown as Session;
  };
  await expect(applyStack(stack(), options, contextOf(held))).rejects.toMatchObject({
    fields: {
      exitCode: 6,
      next: expect.stringMatching(
        new RegExp(`: quintet apply --stack ${directory} --limit web1,web2 --overwrite --lock-wait 0$`),
      ),
    },
  });
  expect(steps()).toEqual(["lock"]);
});

test("nothing is asked of any host while another run works in the directory", async () => {
  const context = contextOf(async (host) => expect.unreachable(host.name));
  const request = { command: "plan", again: "quintet plan" };
  await withDirectory(stack(), request, context, async () => {
    await expect(applyStack(stack(), options, context)).rejects.toMatchObject({
      fields: { exitCode: 6, step: "Lock the stack directory" },
    });
  });
  expect(steps()).toEqual([]);
});
