import { type Check, finding, VIRTUAL_IP } from "../context.ts";
import { holdersNow } from "../health.ts";

export const oneHolder: Check = {
  id: "one-holder",
  tier: "loadbalancer",
  title: "Exactly one balancer holds the virtual IP",
  fix: "Both hold it: the balancers do not hear each other; let VRRP (IP protocol 112) through between them. Nobody holds it: journalctl --unit keepalived on the balancers.",
  async run(context) {
    const holders = await holdersNow(context);
    return [finding(VIRTUAL_IP, holders.length === 1, "one balancer", holders.join(" and ") || "no balancer")];
  },
};
