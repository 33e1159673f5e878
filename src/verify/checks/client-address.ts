import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Finding, finding } from "../context.ts";
import { FORGED, type Trail } from "../trail/trail.ts";
import { hasWord } from "./logs.ts";

/**
 * Nginx logs the header as it came, so what the balancers send is seen where every stack has a log. What an application
 * makes of it is seen where it logs addresses.
 */
export const clientAddress: Check = {
  id: "client-address",
  tier: "app",
  title: "Servers are told the client's address, and not the one that a client claims",
  fix: "Run apply: the balancers set X-Forwarded-For themselves. An application that still believes another takes it from the wrong place.",
  alsoOf: ["web"],
  async run(context) {
    const trails = await context.trails();
    return (["web", "app"] as const).flatMap((tier) =>
      hostsOf(context, tier).map(({ name }): Finding => {
        const trail = trails.find((one) => one.log === tier && one.host === name);
        return { ...judge(name, tier, trail), tier };
      }),
    );
  },
};

function judge(host: string, tier: "web" | "app", trail: Trail | undefined): Finding {
  const expected = `${trail?.client ?? "the client's address"}, not ${FORGED}`;
  const skipped = (actual: string): Finding => ({ host, status: "skipped", expected, actual });
  if (trail === undefined) return skipped("it answered no request");
  const { client, lines, error } = trail;
  if (error !== undefined) return finding(host, false, expected, error);
  if (client === undefined) return finding(host, false, expected, "the balancer does not say whom it saw");
  if (lines.some((line) => hasWord(line, FORGED)))
    return finding(host, false, expected, `${FORGED} was believed or passed on`);
  if (lines.some((line) => hasWord(line, client))) return finding(host, true, expected, client);
  // What an application logs is its own business; that Nginx logs at all is another check's.
  if (tier === "app") return skipped("the application logs no client's address");
  return lines.length === 0
    ? skipped("it logged no request")
    : finding(host, false, expected, "another address, or none");
}
