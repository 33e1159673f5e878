import type { IsolationReport } from "../../report/schema.ts";
import { asExpected } from "../../report/schema.ts";
import { hostsOf, type Stack } from "../../stack/stack.ts";
import { type Check, type Finding, finding, VIRTUAL_IP } from "../context.ts";
import { THIS_COMPUTER } from "../isolation/probe.ts";

const RELOAD = "sudo systemctl restart quintet-firewall.service";
const FIX = `Load the packet filter's confirmed rules on the host that is named: ${RELOAD}; if it is the stack that changed: quintet apply`;

/** The promise that matters most, on its own: who reaches the database. */
export const databaseIsolation: Check = {
  id: "database-isolation",
  tier: "database",
  title: "Only app hosts can open the database port",
  fix: FIX,
  ofEveryTier: true,
  async run({ stack, flows }) {
    const all = await flows();
    return hostsOf(stack, "database").flatMap((to) => {
      const own = all.filter((flow) => flow.to === to.name && flow.port === stack.database.port);
      return [...new Set(own.map(({ from }) => from))].map((from) => {
        const tried = own.filter((flow) => flow.from === from);
        // Of its addresses, the one that is wrong, else the one that is to be open.
        const telling = tried.find((flow) => !asExpected(flow)) ?? tried.find((flow) => flow.expected === "open");
        const { expected, actual } = telling ?? tried[0] ?? { expected: "closed", actual: "not tried" };
        return {
          ...finding(from === THIS_COMPUTER ? to.name : from, tried.every(asExpected), expected, actual),
          title: `${to.name} port ${stack.database.port} from ${from}`,
          ...fixOf(tried),
          ...tierOf(stack, from),
        };
      });
    });
  },
};

/** Every port from everywhere, a finding for each host that is knocked at. The rows are in the report's isolation. */
export const flowIsolation: Check = {
  id: "flow-isolation",
  tier: "loadbalancer",
  title: "Ports are open to those who need them and to nobody else",
  fix: FIX,
  ofEveryTier: true,
  async run({ stack, hosts, flows }) {
    const all = await flows();
    const virtual = all.some(({ to }) => to === VIRTUAL_IP) ? [VIRTUAL_IP] : [];
    return [...hosts.map(({ name }) => name), ...virtual].map((name) => {
      const own = all.filter((flow) => flow.to === name);
      const wrong = own.filter((flow) => !asExpected(flow));
      const expected = `${own.length} as planned`;
      return {
        ...finding(name, wrong.length === 0, expected, saying(wrong) || expected),
        ...fixOf(wrong),
        ...tierOf(stack, name),
      };
    });
  },
};

/** "3306 is open from web1 and web2; 8080 is refused from web1": the addresses are in the report. */
function saying(wrong: readonly IsolationReport[]): string {
  const sources = new Map<string, Set<string>>();
  for (const { port, actual, from } of wrong) {
    const what = `${port} is ${actual}`;
    sources.set(what, (sources.get(what) ?? new Set()).add(from));
  }
  return [...sources].map(([what, from]) => `${what} from ${[...from].join(" and ")}`).join("; ");
}

/** The rules that are missing or too wide, each once. */
function fixOf(flows: readonly IsolationReport[]): Pick<Finding, "fix"> {
  const rules = new Set(flows.flatMap(({ rule }) => rule ?? []));
  return rules.size === 0 ? {} : { fix: `${[...rules].join("\n")}\n${FIX}` };
}

function tierOf(stack: Stack, name: string): Pick<Finding, "tier"> {
  const tier = stack.hosts.find((host) => host.name === name)?.tiers[0];
  return tier === undefined ? {} : { tier };
}
