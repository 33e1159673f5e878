import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { withDirectory } from "../../src/commands/locked-directory.ts";
import type { Event } from "../../src/events.ts";
import { fakeContext } from "./context.ts";

let directory: string;
let events: Event[];
beforeEach(async () => {
  events = [];
  directory = await mkdtemp(join(tmpdir(), "quintet-directory-"));
  onTestFinished(() => rm(directory, { recursive: true }));
});

const request = { command: "apply --limit web1", again: "quintet apply --stack /srv/shop --limit web1" };
const context = (changes = {}) => fakeContext(directory, events, changes);

async function another() {
  const [end, begun] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const run = withDirectory({ directory }, request, context({ userName: "eve" }), () => {
    begun.resolve();
    return end.promise;
  });
  await begun.promise;
  return () => {
    end.resolve();
    return run;
  };
}

test("a second run in the directory is told who is at work there", async () => {
  const end = await another();
  await expect(
    withDirectory({ directory }, request, context(), async () => expect.unreachable()),
  ).rejects.toMatchObject({
    fields: {
      exitCode: 6,
      message: expect.stringMatching(
        `^Another run is at work in ${directory}: eve@.* for quintet apply --limit web1 \\(process ${process.pid}\\)\\.$`,
      ),
      next: expect.stringMatching(/ --limit web1 --lock-wait 10m$/),
    },
  });
  await end();
  expect(await withDirectory({ directory }, request, context(), async () => 7)).toBe(7);
});

test("one that waits goes on when the other ends", async () => {
  const end = await another();
  const waiting = withDirectory({ directory }, { ...request, lockWait: "1m" }, context(), async () => "went on");
  await expect
    .poll(() => events)
    .toContainEqual({ type: "info", message: expect.stringMatching(`^Waiting up to 60 s for ${directory}: eve@`) });
  await end();
  expect(await waiting).toBe("went on");
  expect(events).toHaveLength(1);
});

test("Ctrl-C ends the waiting", async () => {
  const end = await another();
  const abort = new AbortController();
  const waiting = withDirectory(
    { directory },
    { ...request, lockWait: "1m" },
    context({ signal: abort.signal }),
    async () => expect.unreachable(),
  );
  await expect.poll(() => events.length).toBe(1);
  abort.abort();
  await expect(waiting).rejects.toThrow();
  await end();
});

test("it is let go when the work fails", async () => {
  const failing = withDirectory({ directory }, request, context(), async () => {
    throw new Error("all is lost");
  });
  await expect(failing).rejects.toThrow("all is lost");
  expect(await withDirectory({ directory }, request, context(), async () => 7)).toBe(7);
});
