import { selectHosts } from "../stack/limit.ts";
import type { CommandContext, CommonOptions } from "./context.ts";
import { loadStack } from "./load-stack.ts";
import type { PinOptions } from "./pin-host-keys.ts";
import { approach } from "./preflight.ts";
import { withSessions } from "./release-sessions.ts";

export interface LogsOptions extends CommonOptions, PinOptions {
  /** Such as 1h, or a time as journalctl takes it. */
  readonly since?: string;
  /** A regular expression. */
  readonly grep?: string;
  /** false: what there is, and no more. */
  readonly follow?: boolean;
}

/** What is shown of the time before, where nothing is said of it. */
const LINES = 20;

/** `quintet logs`: what the application says, on all app hosts at once, until Ctrl-C. */
export async function logsCommand(options: LogsOptions, context: CommandContext): Promise<void> {
  const stack = await loadStack(options.stack, context);
  selectHosts(stack, options.limit);
  const hosts = (await approach(stack, options, context)).filter(({ tiers }) => tiers.includes("app"));
  const { emit, signal } = context;
  await withSessions(stack, context, async (sessions) => {
    await Promise.all(
      hosts.map(async ({ name: host }) => {
        const session = await sessions.to(host);
        const argv = journalArgv(options);
        const stream = session.stream(argv, (line) => emit({ type: "log", host, line }), { sudo: true });
        const stop = () => void stream.stop();
        signal.addEventListener("abort", stop);
        if (signal.aborted) stop();
        const { exitCode, stderr } = await stream.ended;
        signal.removeEventListener("abort", stop);
        // journalctl ends with 1 where nothing matched.
        if (signal.aborted || exitCode === 0 || (exitCode === 1 && stderr.trim() === "")) return;
        emit({ type: "warning", message: `${host}: ${stderr.trim() || "the connection was lost"}` });
      }),
    );
  });
}

function journalArgv({ since, grep, follow = true }: LogsOptions): string[] {
  const start =
    since === undefined ? [`--lines=${LINES}`] : [`--since=${/^\d+[a-z]+$/.test(since) ? `-${since}` : since}`];
  return [
    ...["journalctl", "--quiet", "--no-pager", "--output=short-iso", "--no-hostname"],
    ...["--unit=app.service", "--unit=app-*.service", ...start],
    ...(grep === undefined ? [] : [`--grep=${grep}`]),
    ...(follow ? ["--follow"] : []),
  ];
}
