import type { RunCommand } from "../../command.ts";
import { must } from "../privileged.ts";
import type { VagrantProvider } from "../provider.ts";
import { bridgeName, networkName } from "./names.ts";

interface Network {
  /** Ends well where it is there. */
  readonly look: readonly string[];
  /** Whether it is on, from what that prints. */
  readonly isOn: (printed: string) => boolean;
  /** All but the last may fail: what is not on needs no switching off. */
  readonly remove: readonly (readonly string[])[];
}

/** The rehearsal's network, where it is there by a name that is ours alone. VirtualBox and the others have theirs for all machines. */
function networkOf(provider: VagrantProvider, stack: string, libvirtUri: string): Network | undefined {
  const virsh = (...words: readonly string[]) => ["virsh", "--connect", libvirtUri, ...words, networkName(stack)];
  if (provider === "libvirt") {
    const isOn = (printed: string) => /^Active:\s+yes$/m.test(printed);
    return { look: virsh("net-info"), isOn, remove: [virsh("net-destroy"), virsh("net-undefine")] };
  }
  if (provider !== "lxc") return undefined;
  const bridge = bridgeName(stack);
  const remove = [["ip", "link", "delete", "dev", bridge]];
  return { look: ["ip", "link", "show", "dev", bridge], isOn: () => true, remove };
}

export interface NetworkOf {
  readonly provider: VagrantProvider;
  readonly stack: string;
  readonly libvirtUri: string;
}

/** Whether machines could be started: a restart of this computer takes bridges away and leaves libvirt's networks off. */
export async function isNetworkOn(run: RunCommand, { provider, stack, libvirtUri }: NetworkOf): Promise<boolean> {
  const network = networkOf(provider, stack, libvirtUri);
  if (network === undefined) return true;
  const { exitCode, stdout } = await run(network.look, { env: { LC_ALL: "C" } });
  return exitCode === 0 && network.isOn(stdout);
}

/** Removes what Vagrant leaves of the network when no machine was ever whole. */
export async function removeNetwork(run: RunCommand, { provider, stack, libvirtUri }: NetworkOf): Promise<void> {
  const network = networkOf(provider, stack, libvirtUri);
  if (network === undefined || (await run(network.look)).exitCode !== 0) return;
  for (const argv of network.remove.slice(0, -1)) await run(argv);
  await must(run, network.remove.at(-1) ?? [], { doing: "remove the rehearsal's network" });
}
