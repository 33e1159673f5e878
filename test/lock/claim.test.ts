import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerOf, type Claim, lineOf } from "../../src/lock/claim.ts";

const claim: Claim = { run: "r1", user: "dora", computer: "laptop", command: "quintet apply" };
const line = lineOf(claim);

describe("what the script says", () => {
  test.each([
    [[], undefined],
    [["held 100 40 98"], undefined],
    [["taken"], { kind: "taken", afterAnother: false }],
    [["taken after another"], { kind: "taken", afterAnother: true }],
    [["held 100 40 98", line], { kind: "held", holder: { claim, heldMs: 60_000, silentMs: 2_000 } }],
    [["held 100 - -", ""], { kind: "held", holder: { claim: undefined, heldMs: undefined, silentMs: undefined } }],
    [["held 100 160 -", line], { kind: "held", holder: { claim, heldMs: 0, silentMs: undefined } }],
    [["held 100 40 98", "{"], { kind: "held", holder: { claim: undefined, heldMs: 60_000, silentMs: 2_000 } }],
    [["held 1 1 1", '{"user":7}'], { kind: "held", holder: { claim: undefined, heldMs: 0, silentMs: 0 } }],
    [["held 1 1 1", "null"], { kind: "held", holder: { claim: undefined, heldMs: 0, silentMs: 0 } }],
    [["Welcome to web1", "taken"], undefined],
  ])("%j", (lines, expected) => {
    expect(answerOf(lines)).toEqual(expected);
  });

  test("whatever a file on the host holds, it is an answer without a claim, or nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const answer = answerOf(["held 100 40 98", text]);
        expect(answer).toMatchObject({ kind: "held" });
      }),
    );
  });
});

test("whoever claims, the line is one line without control characters, and comes back as what was said", () => {
  const any = fc.string({ unit: "binary", maxLength: 5000 });
  fc.assert(
    fc.property(any, any, any, (user, computer, command) => {
      const text = lineOf({ run: "r1", user, computer, command });
      expect(text).not.toMatch(/[\p{Cc}--[\x7f-\x9f]]/v);
      expect(Buffer.byteLength(text)).toBeLessThan(3000);
      const answer = answerOf(["held 1 1 1", text]);
      const back = answer?.kind === "held" ? answer.holder.claim : undefined;
      expect(user.toWellFormed().startsWith(back?.user ?? "nobody")).toBe(true);
      expect(command.toWellFormed().startsWith(back?.command ?? "nothing")).toBe(true);
    }),
  );
});
