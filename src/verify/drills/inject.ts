import type { RequestKind } from "../../report/schema.ts";
import type { Stage } from "./stage.ts";
import { untilRedundant } from "./watching.ts";

/** Breaks the hosts, all at once; or puts them through what the drill puts them through, one after the other. */
export async function inject(stage: Stage): Promise<void> {
  const { drill, context, hosts, tell } = stage;
  stage.injected();
  if ("fault" in drill) {
    await Promise.all(hosts.map((host) => drill.fault.inject(context, host)));
    for (const host of hosts) tell(host, "unreachable", "broken");
    return;
  }
  await drill.course({
    ...context,
    hosts,
    tell: (host, text) => tell(host, "running", text),
    async untilRedundant(host) {
      const { problems } = await untilRedundant(stage, [host]);
      if (problems.length > 0) throw new Error(`not back to full redundancy after ${host}: ${problems.join("; ")}`);
    },
    async away<Result>(host: string, work: () => Promise<Result>) {
      const from = context.clock.monotonic();
      try {
        return await work();
      } finally {
        stage.away.push({ host, from, to: context.clock.monotonic() });
      }
    },
    async without<Result>(kinds: readonly RequestKind[], work: () => Promise<Result>) {
      const from = context.clock.monotonic();
      try {
        return await work();
      } finally {
        stage.excused.push({ kinds, from, to: context.clock.monotonic() });
      }
    },
  });
}
