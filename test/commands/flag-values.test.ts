import { expect, test } from "vitest";
import { lockWaitMs, numberFlag } from "../../src/commands/flag-values.ts";
import { QuintetError } from "../../src/errors.ts";

test.each([
  [undefined, 0],
  ["0", 0],
  ["90", 90_000],
  ["90s", 90_000],
  ["10m", 600_000],
  ["1h", 3_600_000],
])("--lock-wait %s: %i ms", (text, expected) => {
  expect(lockWaitMs(text)).toBe(expected);
});

test.each(["", " ", "m", "-1", "1.5", "10 m", "ten", "1d", "999999", "10m5s"])("%j is no time", (text) => {
  const fields = { exitCode: 2, next: "Give seconds or minutes, for example --lock-wait 90 or --lock-wait 10m." };
  expect(() => lockWaitMs(text)).toThrow(expect.objectContaining({ fields: expect.objectContaining(fields) }));
  expect(() => lockWaitMs(text)).toThrow(QuintetError);
});

test("a whole number within its bounds, or a sentence that says them", () => {
  expect(numberFlag("--rate", undefined, 1, 1000)).toBe(undefined);
  expect(numberFlag("--rate", "1000", 1, 1000)).toBe(1000);
  for (const text of ["0", "1001", "-1", "1.5", "ten", "", "1e3"]) {
    const fields = { exitCode: 2, next: "Give one, for example --rate 100." };
    expect(() => numberFlag("--rate", text, 1, 1000)).toThrow(
      expect.objectContaining({ fields: expect.objectContaining(fields) }),
    );
  }
});
