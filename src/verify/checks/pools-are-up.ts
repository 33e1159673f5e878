import { hostsOf } from "../../stack/stack.ts";
import { type Check, finding } from "../context.ts";
import { poolServers } from "../haproxy.ts";
import { poolProblems } from "../health.ts";

export const poolsAreUp: Check = {
  id: "pools-are-up",
  tier: "loadbalancer",
  title: "HAProxy sees every server up",
  fix: "See the journal of the server that is not up (nginx.service or app.service), then run apply.",
  run: ({ stack, hosts, sessions }) =>
    Promise.all(
      hostsOf({ hosts }, "loadbalancer").map(async ({ name }) => {
        const expected = `${hostsOf(stack, "web").length + hostsOf(stack, "app").length} servers UP`;
        try {
          const problems = poolProblems(stack, await poolServers(await sessions.to(name)));
          return finding(name, problems.length === 0, expected, problems.join(", ") || expected);
        } catch (error) {
          return finding(name, false, expected, (error as Error).message);
        }
      }),
    ),
};
