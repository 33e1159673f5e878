import type { QuintetErrorFields } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";

/** The services that a task of a role may have broken. */
const UNITS: Record<string, (stack: Stack) => readonly string[]> = {
  host: () => ["quintet-firewall"],
  loadbalancer: () => ["haproxy", "keepalived"],
  web: () => ["nginx"],
  app: () => ["app"],
  database: (stack) => [stack.database.engine === "mysql" ? "mysql" : "mariadb"],
};
const LINES = 15;

/** Adds to each failed task what its role's services last said, where the host can still be asked. */
export function withJournal(
  stack: Stack,
  failures: readonly QuintetErrorFields[],
  mask: (text: string) => string,
  context: CommandContext,
): Promise<QuintetErrorFields[]> {
  return Promise.all(
    failures.map(async (failure) => {
      const host = stack.hosts.find((one) => one.name === failure.host);
      const units = UNITS[failure.step?.split(":")[0] ?? ""]?.(stack);
      if (host === undefined || units === undefined) return failure;
      try {
        const session = await context.login.connect(stack, host, { signal: context.signal, timeoutMs: 5000 });
        try {
          const argv = [
            "journalctl",
            "--no-pager",
            "--output=short",
            `--lines=${LINES}`,
            ...units.flatMap((unit) => ["--unit", unit]),
          ];
          const { stdout } = await session.run(argv, { sudo: true, timeoutMs: 5000 });
          const journal = mask(stdout.trim());
          if (journal === "" || journal === "-- No entries --") return failure;
          return {
            ...failure,
            detail: `${failure.detail ?? ""}\n\nThe journal of ${units.join(", ")}:\n${journal}`.trim(),
          };
        } finally {
          session.close();
        }
      } catch {
        return failure; // the failure itself is what counts
      }
    }),
  );
}
