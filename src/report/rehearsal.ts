import { providerTitle } from "../machines/provider.ts";
import { count, counted, listed } from "./html/format.ts";
import type { Rehearsal } from "./schema.ts";

interface Size {
  readonly memoryMb?: number | undefined;
  readonly cpus?: number | undefined;
}

/** One sentence: who ran the machines, and how large they were. */
export function rehearsalText({ provider, computer, machines }: Rehearsal): string {
  const title = providerTitle(provider);
  if (machines.every(({ memoryMb }) => memoryMb === undefined)) {
    const containers = counted(machines.length, "container");
    return `Rehearsed on ${containers} of ${title}, on a computer with ${sizeText(computer)} for all.`;
  }
  const bySize = Map.groupBy(machines, sizeText);
  const sizes = [...bySize].map(([size, same]) => {
    return bySize.size === 1 ? `${size} each` : `${listed(same.map(({ host }) => host))} with ${size}`;
  });
  const virtual = counted(machines.length, "virtual machine");
  return `Rehearsed on ${virtual} of ${title}: ${sizes.join("; ")}; on a computer with ${sizeText(computer)}.`;
}

function sizeText({ memoryMb = 0, cpus = 0 }: Size): string {
  return `${count(memoryMb)} MiB of memory and ${counted(cpus, "processor")}`;
}
