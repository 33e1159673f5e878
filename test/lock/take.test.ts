import { describe, expect, test } from "vitest";
import { LockFailure, takeAll } from "../../src/lock/take.ts";
import { fakeHosts, HOLDER } from "./fake-hosts.ts";

const signal = new AbortController().signal;

describe("taking the locks of several hosts", () => {
  test("opens all at once, asks in the order of the names", async () => {
    const hosts = fakeHosts();
    const taken = await takeAll(["web2", "app1", "web1"], "me", hosts, signal);
    expect(taken).toBeInstanceOf(Map);
    expect(hosts.calls).toEqual([
      "open app1",
      "open web1",
      "open web2",
      "app1 takes me",
      "web1 takes me",
      "web2 takes me",
    ]);
  });

  test("all or none: the first that somebody has is told, and everything is let go", async () => {
    const hosts = fakeHosts({ web1: { answer: { kind: "held", holder: HOLDER } } });
    expect(await takeAll(["web2", "app1", "web1"], "me", hosts, signal)).toEqual({ host: "web1", holder: HOLDER });
    expect(hosts.calls).not.toContain("web2 takes me");
    expect(hosts.calls.slice(-3)).toEqual(["release app1", "release web1", "release web2"]);
  });

  test("a host that cannot be asked is named, and everything is let go", async () => {
    const hosts = fakeHosts({ web1: { unreachable: "no route" } });
    const failure = await takeAll(["web2", "app1", "web1"], "me", hosts, signal).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(LockFailure);
    expect(failure).toMatchObject({ host: "web1", message: "no route" });
    expect(hosts.calls.slice(-2)).toEqual(["release app1", "release web2"]);
  });

  test("an abort does not wait for an answer, and lets everything go", async () => {
    const hosts = fakeHosts({ web1: { answer: "never" } });
    const abort = new AbortController();
    const taking = takeAll(["web2", "app1", "web1"], "me", hosts, abort.signal);
    await expect.poll(() => hosts.calls).toContain("web1 takes me");
    abort.abort(new Error("Ctrl-C"));
    await expect(taking).rejects.toThrow("Ctrl-C");
    expect(hosts.calls.slice(-3)).toEqual(["release app1", "release web1", "release web2"]);
  });
});
