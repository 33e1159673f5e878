import { availableParallelism, totalmem } from "node:os";
import type { Stack } from "../stack/stack.ts";
import { isVirtual, type Provider } from "./provider.ts";

/** What figures of a rehearsal depend on, for its report. */
export function rehearsalOf(stack: Stack, provider: Provider) {
  return {
    provider,
    computer: { memoryMb: Math.round(totalmem() / 1024 / 1024), cpus: availableParallelism() },
    machines: stack.hosts.map(({ name: host, machine: { suite, memoryMb, cpus } }) => {
      return { host, suite, ...(isVirtual(provider) && { memoryMb, cpus }) };
    }),
  };
}
