import { basename } from "node:path";
import { archiveOf } from "../artifact/artifact.ts";
import { exists } from "../artifact/world.ts";
import { EXIT, QuintetError } from "../errors.ts";
import { fetchArchive } from "../release/fetch.ts";
import type { Sessions } from "../remote/sessions.ts";
import { hostsOf, type Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";
import type { Running } from "./running-release.ts";
import { step } from "./step.ts";

/** For new hosts: the archives of what the others run, where a run on another computer made them. */
export async function fetchRelease(
  stack: Stack,
  { running, lacking }: Running,
  sessions: Sessions,
  context: CommandContext,
): Promise<void> {
  if (running === undefined) return;
  const { release, artifact } = running;
  for (const [tier, hosts] of lacking) {
    const file = archiveOf(stack, tier, artifact);
    if (await exists(file)) continue;
    await step(context, `fetch ${tier}`, `Fetch release ${release} for ${hosts.join(", ")}`, [], async () => {
      const others = hostsOf(stack, tier).filter(({ name }) => !hosts.includes(name));
      const reasons: string[] = [];
      for (const { name } of others) {
        try {
          await fetchArchive(await sessions.to(name), tier, artifact, file, context.signal);
          return { result: undefined, summary: `from ${name}` };
        } catch (error) {
          context.signal.throwIfAborted();
          reasons.push(`${name}: ${error instanceof Error ? error.message : error}`);
        }
      }
      throw new QuintetError({
        message: `Release ${release}, which the other hosts run, could be had from none of them for ${hosts.join(", ")}.`,
        exitCode: EXIT.apply,
        step: "Fetch the release",
        detail: reasons.join("\n"),
        next: `Put artifacts/${basename(file)} there from the computer that released it, then run the same command again.`,
      });
    });
  }
}
