import { hostsOf, type Stack } from "../../stack/stack.ts";
import { type Check, type Finding, finding } from "../context.ts";
import { THIS_COMPUTER } from "../isolation.ts";

/** The promise that matters most, on its own: who reaches the database. */
export const databaseIsolation: Check = {
  id: "database-isolation",
  tier: "database",
  title: "Only app hosts can open the database port",
  ofEveryTier: true,
  async run({ stack, flows }) {
    const databases = hostsOf(stack, "database").map((host) => host.name);
    const own = (await flows()).filter((flow) => databases.includes(flow.to) && flow.port === stack.database.port);
    return own.map(({ from, to, port, expected, actual }) => ({
      ...finding(from === THIS_COMPUTER ? to : from, expected === actual, expected, actual),
      title: `${to} port ${port} from ${from}`,
      ...tierOf(stack, from),
    }));
  },
};

/** Every port of the stack from everywhere, a finding for each host that is knocked at. The rows are in the report's isolation. */
export const flowIsolation: Check = {
  id: "flow-isolation",
  tier: "loadbalancer",
  title: "Ports are open to those who need them and to nobody else",
  ofEveryTier: true,
  async run({ stack, hosts, flows }) {
    const all = await flows();
    return hosts.map(({ name }) => {
      const own = all.filter((flow) => flow.to === name);
      const wrong = own.filter((flow) => flow.expected !== flow.actual);
      const said = wrong.map(({ port, from, actual }) => `${port} is ${actual} from ${from}`).join(", ");
      const expected = `${own.length} as planned`;
      return { ...finding(name, wrong.length === 0, expected, said || expected), ...tierOf(stack, name) };
    });
  },
};

function tierOf(stack: Stack, name: string): Pick<Finding, "tier"> {
  const tier = stack.hosts.find((host) => host.name === name)?.tiers[0];
  return tier === undefined ? {} : { tier };
}
