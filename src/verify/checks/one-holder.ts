import { type Check, finding, VIRTUAL_IP } from "../context.ts";
import { holdersNow } from "../health.ts";

export const oneHolder: Check = {
  id: "one-holder",
  tier: "loadbalancer",
  title: "Exactly one balancer holds the virtual IP",
  async run(context) {
    const holders = await holdersNow(context);
    return [finding(VIRTUAL_IP, holders.length === 1, "one balancer", holders.join(" and ") || "no balancer")];
  },
};
