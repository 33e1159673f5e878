import { describe, expect, test } from "vitest";
import type { Holder } from "../../src/lock/claim.ts";
import { directoryHeldError, heldError, holderText, lostError } from "../../src/lock/words.ts";

const now = new Date("2026-01-02T12:07:12Z");
const claim = { run: "r1", user: "dora", computer: "laptop", command: "quintet apply --limit web1" };

describe("who has a lock", () => {
  test.each<[Holder, string]>([
    [
      { claim, heldMs: 245_000, silentMs: 3_000 },
      "dora@laptop has it since 12:03:07 UTC (4 min 5 s) for quintet apply --limit web1, last sign of life 3 s ago",
    ],
    [
      { claim, heldMs: 0, silentMs: 0 },
      "dora@laptop has it since 12:07:12 UTC (0 s) for quintet apply --limit web1, last sign of life 0 s ago",
    ],
    [
      { claim, heldMs: 90_061_000, silentMs: undefined },
      "dora@laptop has it since 11:06:11 UTC (1 d 1 h) for quintet apply --limit web1",
    ],
    [{ claim, heldMs: undefined, silentMs: undefined }, "dora@laptop has it for quintet apply --limit web1"],
    [{ claim, heldMs: 9e18, silentMs: undefined }, expect.stringContaining("since long ago")],
    [{ claim: undefined, heldMs: undefined, silentMs: undefined }, "somebody unknown has it"],
  ])("%j", (holder, expected) => {
    expect(holderText(holder, now)).toEqual(expected);
  });

  test.each(["\x1b[2Jroot", "a\nError: all is lost", "\u202egnihton", "\u{e0041}", "x".repeat(100_000)])(
    "what they call themselves cannot draw on the terminal: %j",
    (user) => {
      const text = holderText({ claim: { ...claim, user }, heldMs: 0, silentMs: 0 }, now);
      expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      expect(text.length).toBeLessThan(300);
    },
  );
});

test("the error says where, who, and what to do", () => {
  const holder = { claim, heldMs: 245_000, silentMs: 3_000 };
  expect(heldError("web1", holder, now, "quintet apply --stack /stacks/shop")).toEqual({
    message:
      "Another run holds the lock on web1: dora@laptop has it since 12:03:07 UTC (4 min 5 s) for quintet apply --limit web1, last sign of life 3 s ago.",
    exitCode: 6,
    host: "web1",
    step: "Take the lock",
    next: "If that run is dead, its lock is free 30 s after its last sign of life. Wait for its end: quintet apply --stack /stacks/shop --lock-wait 10m",
  });
});

test("a command ends the advice that it stands in, with --lock-wait once", () => {
  const holder = { claim, heldMs: 0, silentMs: 0 };
  const command = "quintet apply --stack /stacks/shop --lock-wait 5s";
  expect(heldError("web1", holder, now, command).next).toMatch(new RegExp(`: ${command}$`));
  expect(lostError("web1", "it went", command).next).toMatch(new RegExp(`: ${command}$`));
});

describe("a stack directory that another run works in", () => {
  const error = (command: string, pid?: string) =>
    directoryHeldError("/stacks/shop", { claim, pid, heldMs: 245_000, silentMs: undefined }, now, command);

  test("who, which process, since when, what to do", () => {
    expect(error("quintet apply --stack /stacks/shop", "4711")).toEqual({
      message:
        "Another run is at work in /stacks/shop: dora@laptop has it since 12:03:07 UTC (4 min 5 s) for quintet apply --limit web1 (process 4711).",
      exitCode: 6,
      step: "Lock the stack directory",
      next: "It may be waiting for somebody's answer. Wait for its end: quintet apply --stack /stacks/shop --lock-wait 10m",
    });
  });

  test("a wait that was too short is repeated, not doubled", () => {
    const command = "quintet plan --stack /stacks/shop --lock-wait 5";
    expect(error(command).next).toBe(`It may be waiting for somebody's answer. Wait for its end: ${command}`);
  });
});
