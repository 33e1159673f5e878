import { expect, test } from "vitest";
import { QuintetError } from "../../src/errors.ts";
import { lockWaitMs } from "../../src/lock/wait.ts";

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
