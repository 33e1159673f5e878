/** Every question that a stack.yml is made from, in the order in which a person knows the answers. */
export const QUESTION_IDS = [
  "name",
  "layout",
  "hosts",
  "ssh-user",
  "ssh-port",
  "ssh-identity",
  "ssh-proxy-jump",
  "virtual-ip",
  "virtual-ip-prefix",
  "virtual-ip-interface",
  "virtual-ip-advert-ms",
  "virtual-ip-router-id",
  "domain",
  "tls",
  "app-source",
  "app-runtime",
  "app-build",
  "app-start",
  "app-static",
  "app-port",
  "app-health",
  "app-response-timeout-ms",
  "app-env",
  "static-paths",
  "database-engine",
  "database-packages",
  "database-name",
  "database-port",
  "database-buffer-pool-mb",
  "check-static",
  "check-dynamic",
  "check-write",
  "ssh-from",
  "metrics-from",
  "rehearsal-suite",
  "rehearsal-sudo",
] as const;
export type QuestionId = (typeof QUESTION_IDS)[number];

/**
 * What was said so far, as it was typed: the wizard, flags and the environment fill the same, and a draft can be kept
 * as JSON. No secret is ever among it. An answer without a sign but blanks is no answer.
 */
export type Answers = Readonly<Partial<Record<QuestionId, string>>>;

/** An answer, or undefined where there is none. */
export function answerTo(id: QuestionId, answers: Answers): string | undefined {
  const text = Object.hasOwn(answers, id) ? answers[id] : undefined;
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}
