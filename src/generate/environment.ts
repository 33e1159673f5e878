import type { Stack } from "../stack/stack.ts";

/** The user's part of the application's environment, without the secrets: what a release brings along. */
export function environmentOf({ app }: Stack): Record<string, string> {
  const workers = app.workers === undefined ? {} : { WEB_CONCURRENCY: String(app.workers) };
  return { ...workers, ...app.env };
}
