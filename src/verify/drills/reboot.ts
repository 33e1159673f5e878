import type { Session } from "../../remote/session.ts";
import type { CourseWorld } from "./course.ts";

/** Servers may look at all of their memory before they boot. */
const BACK_LIMIT_MS = 300_000;
const KNOCK_MS = 300;

/** An orderly reboot; returns when the host answers, as another boot of it. */
export async function reboot(world: CourseWorld, host: string): Promise<void> {
  const { sessions, clock, signal } = world;
  const session = await sessions.to(host);
  const before = await bootId(session);
  // The connection may die before the answer; whether it was heeded is seen by what comes back.
  await session.run(["systemctl", "reboot"], { sudo: true, timeoutMs: 5_000 }).catch(() => {});
  sessions.forget(host);
  const end = clock.monotonic() + BACK_LIMIT_MS;
  for (;;) {
    const now = await sessions
      .to(host)
      .then(bootId, () => undefined)
      .catch(() => undefined);
    if (now !== undefined && now !== before) return;
    sessions.forget(host);
    if (clock.monotonic() >= end) throw new Error(`${host} did not come back within ${BACK_LIMIT_MS / 1_000} s`);
    await clock.sleep(KNOCK_MS, signal);
  }
}

async function bootId(session: Session): Promise<string> {
  const { exitCode, stdout } = await session.run(["cat", "/proc/sys/kernel/random/boot_id"], { timeoutMs: 3_000 });
  if (exitCode !== 0) throw new Error(`${session.host.name} does not say which boot of it this is`);
  return stdout.trim();
}
