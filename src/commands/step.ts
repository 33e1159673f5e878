import type { CommandContext } from "./context.ts";

/** One step of a verb: says when it begins and how it ended. `rows` are the hosts that it shows. */
export async function step<Result>(
  context: Pick<CommandContext, "emit" | "signal">,
  name: string,
  title: string,
  rows: readonly string[],
  work: () => Promise<{ result: Result; summary?: string }>,
): Promise<Result> {
  context.signal.throwIfAborted();
  const started = performance.now();
  context.emit({ type: "step-started", step: name, title, ...(rows.length === 0 ? {} : { rows }) });
  const finish = (status: "done" | "failed", summary?: string) =>
    context.emit({
      type: "step-finished",
      step: name,
      status,
      durationMs: Math.round(performance.now() - started),
      ...(summary === undefined ? {} : { summary }),
    });
  try {
    const { result, summary } = await work();
    finish("done", summary);
    return result;
  } catch (error) {
    finish("failed");
    throw error;
  }
}
