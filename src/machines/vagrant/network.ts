import type { RunCommand } from "../../command.ts";
import { must } from "../privileged.ts";
import type { VagrantProvider } from "../provider.ts";
import { bridgeName, networkName } from "./names.ts";

interface Network {
  /** Ends well where it is there. */
  readonly look: readonly string[];
  /** All but the last may fail: what is not on needs no switching off. */
  readonly remove: readonly (readonly string[])[];
}

/** The rehearsal's network, where it is there by a name that is ours alone. VirtualBox and the others have theirs for all machines. */
function networkOf(provider: VagrantProvider, stack: string, libvirtUri: string): Network | undefined {
  const virsh = (...words: readonly string[]) => ["virsh", "--connect", libvirtUri, ...words, networkName(stack)];
  if (provider === "libvirt") return { look: virsh("net-info"), remove: [virsh("net-destroy"), virsh("net-undefine")] };
  if (provider !== "lxc") return undefined;
  const bridge = bridgeName(stack);
  return { look: ["ip", "link", "show", "dev", bridge], remove: [["ip", "link", "delete", "dev", bridge]] };
}

/** Removes what Vagrant leaves of the network when no machine was ever whole. */
export async function removeNetwork(
  run: RunCommand,
  {
    provider,
    stack,
    libvirtUri,
  }: { readonly provider: VagrantProvider; readonly stack: string; readonly libvirtUri: string },
): Promise<void> {
  const network = networkOf(provider, stack, libvirtUri);
  if (network === undefined || (await run(network.look)).exitCode !== 0) return;
  for (const argv of network.remove.slice(0, -1)) await run(argv);
  await must(run, network.remove.at(-1) ?? [], { doing: "remove the rehearsal's network" });
}
