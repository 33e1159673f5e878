import type { IncomingHttpHeaders } from "node:http";
import { prefixOf } from "../../stack/routes.ts";
import { type Check, type Finding, finding } from "../context.ts";
import { fetchFrom } from "../fetch.ts";
import { placesOf } from "./places.ts";

/** What the balancers add to every answer where the application has not said it itself. */
export const securityHeaders: Check = {
  id: "security-headers",
  tier: "loadbalancer",
  title: "Answers carry security headers",
  fix: "Run apply: the balancers add them. Where the application sends a weaker one of its own, that one counts: correct it there.",
  async run(context) {
    const { site, stack, signal } = context;
    const expected =
      "strict-transport-security, x-content-type-options, x-frame-options or frame-ancestors, referrer-policy";
    const paths = [stack.checks.dynamic, stack.checks.static ?? (prefixOf(stack.routes, "web") || "/")];
    return Promise.all(
      placesOf(context).map(async ({ name, address }): Promise<Finding> => {
        try {
          const found = await Promise.all(
            paths.map(async (path) => {
              const { headers } = await fetchFrom(site, { address, path, signal });
              return lackingOf(headers).map((what) => `${what} for ${path}`);
            }),
          );
          return finding(name, found.flat().length === 0, expected, found.flat().join(", ") || "all of them");
        } catch (error) {
          signal.throwIfAborted();
          return finding(name, false, expected, (error as Error).message);
        }
      }),
    );
  },
};

/** Which of them are lacking or weak, in words. Pure. */
export function lackingOf(headers: IncomingHttpHeaders): string[] {
  const text = (name: string) => String(headers[name] ?? "");
  const age = Number(/(?:^|;)\s*max-age="?(\d+)/i.exec(text("strict-transport-security"))?.[1] ?? -1);
  const framing = text("x-frame-options") !== "" || /frame-ancestors/i.test(text("content-security-policy"));
  return [
    ...(age > 0 ? [] : [age < 0 ? "no strict-transport-security" : `strict-transport-security of ${age} s`]),
    ...(text("x-content-type-options").toLowerCase() === "nosniff" ? [] : ["no x-content-type-options: nosniff"]),
    ...(framing ? [] : ["nothing against framing"]),
    ...(text("referrer-policy") === "" ? ["no referrer-policy"] : []),
    // The web servers' own: which version it is, is nobody's business.
    ...(/nginx\/\d/i.test(text("server")) ? [`the version of the server (${text("server")})`] : []),
  ];
}
