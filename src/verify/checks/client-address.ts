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
        const own = trails.filter((one) => one.log === tier && one.host === name);
        const skipped = { ...EXPECTED, host: name, status: "skipped" as const, actual: "it answered no request" };
        const found = own.map((trail) => judge(name, tier, trail));
        // Of the requests through each balancer, the one that went wrong.
        return { ...(found.find(({ status }) => status === "failed") ?? found[0] ?? skipped), tier };
      }),
    );
  },
};

const EXPECTED = { expected: `the client's address, not ${FORGED}` };

function judge(host: string, tier: "web" | "app", { client, lines, error, balancer }: Trail): Finding {
  const { expected } = EXPECTED;
  const by = balancer === undefined ? "" : ` by ${balancer}`;
  const skipped = (actual: string): Finding => ({ host, status: "skipped", expected, actual });
  if (error !== undefined) return finding(host, false, expected, error);
  if (client === undefined) return finding(host, false, expected, `nobody says whom the balancer saw${by}`);
  if (lines.some((line) => hasWord(line, FORGED)))
    return finding(host, false, expected, `${FORGED} was believed, or passed on${by}`);
  if (lines.some((line) => hasWord(line, client))) return finding(host, true, expected, client);
  // What an application logs is its own business; that Nginx logs at all is another check's.
  if (tier === "app") return skipped("the application logs no client's address");
  return lines.length === 0
    ? skipped("it logged no request")
    : finding(host, false, expected, "another address, or none");
}
