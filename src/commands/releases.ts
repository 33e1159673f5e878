import { lookAtReleases, stateOf } from "../release/look.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach } from "./preflight.ts";
import { withSessions } from "./release-sessions.ts";

/** `quintet releases`: what the hosts have, newest first. */
export async function releasesCommand(options: CommonOptions & PinOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  await approach(stack, options, context);
  const situation = await withSessions(stack, context, (sessions) => lookAtReleases(stack, sessions));
  const known = new Map(situation.app.flatMap(({ releases }) => releases.map((one) => [one.release, one] as const)));
  const data = [...known.values()]
    .sort((a, b) => Number(b.release) - Number(a.release))
    .map((one) => ({
      release: one.release,
      at: one.at,
      by: one.by,
      revision: one.revision,
      artifact: one.artifact,
      state: stateOf(situation, one.release),
      hosts: Object.fromEntries(
        situation.app.map(({ host, current, healthy, releases }) => [
          host,
          current === one.release
            ? healthy
              ? "running"
              : "running, not healthy"
            : (releases.find(({ release }) => release === one.release)?.state ?? "missing"),
        ]),
      ),
    }));
  const names = situation.app.map(({ host }) => host);
  context.emit({
    type: "table",
    title: `Releases of ${stack.name}`,
    columns: ["release", "made (UTC)", "by", "revision", "state", ...names],
    rows: data.map(({ release, at, by, revision, state, hosts }) => [
      release,
      at.replace("T", " ").replace("Z", ""),
      by ?? "",
      revision ?? "",
      state,
      ...names.map((name) => hosts[name] ?? ""),
    ]),
  });
  context.emit({ type: "result", verb: "releases", status: "passed", text: [], data });
}
