import { availableParallelism, totalmem } from "node:os";
import type { Stack } from "../stack/stack.ts";
import { isVirtual, type Provider, vagrantProvider } from "./provider.ts";
import { readMade } from "./vagrant/made.ts";

/** What figures of a rehearsal depend on, for its report: of Vagrant's machines what they were made with. */
export async function rehearsalOf(stack: Stack, provider: Provider) {
  const made = vagrantProvider(provider) === undefined ? undefined : await readMade(stack);
  return {
    provider,
    computer: { memoryMb: Math.round(totalmem() / 1024 / 1024), cpus: availableParallelism() },
    machines: stack.hosts.map(({ name: host, machine }) => {
      const { suite, memoryMb, cpus } = made?.hosts[host]?.machine ?? machine;
      return { host, suite, ...(isVirtual(provider) && { memoryMb, cpus }) };
    }),
  };
}
