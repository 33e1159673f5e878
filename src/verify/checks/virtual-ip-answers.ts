import { type Check, finding, VIRTUAL_IP } from "../context.ts";

export const virtualIpAnswers: Check = {
  id: "virtual-ip-answers",
  tier: "loadbalancer",
  title: "The virtual IP answers",
  fix: "See which balancer holds it, and its journal: journalctl --unit keepalived --unit haproxy. Then run apply.",
  async run({ ask, stack, signal }) {
    const answer = await ask({ path: stack.checks.dynamic, signal });
    const actual = `status ${answer.status} from balancer ${answer.balancer ?? "(not named)"}`;
    return [finding(VIRTUAL_IP, answer.status < 500 && answer.balancer !== undefined, "an answer below 500", actual)];
  },
};
