import { EXIT, QuintetError } from "../../errors.ts";
import { contains, isAddress, isNetwork, type Network, readAddress, readNetwork } from "../../stack/addresses.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { networkFault, planAddresses } from "../address-plan.ts";
import { refuseConflict } from "../conflict.ts";
import { isVirtual, type VagrantProvider } from "../provider.ts";
import { bridgeName, networkName } from "./names.ts";
import type { VagrantWorld } from "./world.ts";

/** VirtualBox's own, where no file says otherwise. */
const VIRTUALBOX_RANGES = "* 192.168.56.0/21";
const VIRTUALBOX_FILE = "/etc/vbox/networks.conf";

/** Whether VirtualBox takes the network for host-only use; `conf`: what networks.conf says. */
export function allowsHostOnly(conf: string, network: Network): boolean {
  const ranges = [...conf.matchAll(/^\s*\*(.*)$/gm)].flatMap(([, text = ""]) => text.trim().split(/\s+/));
  return ranges.some((text) => {
    const range = readNetwork(text);
    return isNetwork(range) && range.prefix <= network.prefix && contains(range, { family: 4, value: network.first });
  });
}

/** Throws where VirtualBox would refuse the rehearsal's network when the first machine is half made. */
async function refuseForbiddenRange(
  { run, system }: Pick<VagrantWorld, "run" | "system">,
  network: Network,
): Promise<void> {
  // Windows has no such rule, and on a Mac version 7 dropped it.
  if (system !== "linux" && system !== "darwin") return;
  const version = Number.parseInt((await run(["VBoxManage", "--version"])).stdout, 10);
  if (system === "darwin" && version >= 7) return;
  const { exitCode, stdout } = await run(["cat", VIRTUALBOX_FILE]);
  if (allowsHostOnly(exitCode === 0 ? stdout : VIRTUALBOX_RANGES, network)) return;
  const line = exitCode === 0 ? `* ${network.text}` : `${VIRTUALBOX_RANGES} ${network.text}`;
  throw networkFault(
    `VirtualBox does not allow the rehearsal's subnet ${network.text} for host-only networks.`,
    `Use addresses in 192.168.56.0/21 in stack.yml, or allow it: sudo mkdir -p /etc/vbox && echo '${line}' | sudo tee -a ${VIRTUALBOX_FILE}`,
  );
}

/** Less than this, and a database or an `apt-get` runs out of it. */
const LEAST_MB = 512;
const STEP_MB = 64;

/** Throws where the machines that are still to be made would need more memory than this computer can give. */
async function refuseTooLittleMemory(
  world: Pick<VagrantWorld, "availableMemoryMb">,
  hosts: readonly Host[],
): Promise<void> {
  const wanted = hosts.reduce((sum, { machine }) => sum + machine.memoryMb, 0);
  const available = await world.availableMemoryMb();
  if (wanted <= available) return;
  const each = Math.floor(available / hosts.length / STEP_MB) * STEP_MB;
  const names = hosts.map(({ name }) => name).join(", ");
  throw new QuintetError({
    message: `${hosts.length === 1 ? "The machine" : `The ${hosts.length} machines`} to make (${names}) need ${wanted} MiB of memory; this computer has ${available} MiB left.`,
    exitCode: EXIT.preflight,
    step: "machines",
    next:
      each >= LEAST_MB
        ? `Give them less in stack.yml, as in machine: { memory_mb: ${each} }, or end other programs.`
        : `End other programs: ${hosts.length} machines need ${LEAST_MB * hosts.length} MiB at least. systemd-nspawn machines need less, on Linux.`,
  });
}

/** Every provider gives this computer the network's first address. */
function refuseOwnAddress({ virtualIp, hosts }: Stack, network: Network): void {
  const all = [virtualIp.address, ...hosts.flatMap(({ address, privateAddress }) => [address, privateAddress])];
  const own = all.find((text) => {
    const read = readAddress(text);
    return isAddress(read) && read.value === network.first + 1n;
  });
  if (own === undefined) return;
  throw networkFault(
    `${own} is this computer's own address in ${network.text}.`,
    `Use another address than ${own} in stack.yml.`,
  );
}

export interface Fitting {
  readonly provider: VagrantProvider;
  /** The hosts whose machines are still to be made. */
  readonly absent: readonly Host[];
  /** Whether none of the stack's machines exists, nor their network. */
  readonly isFirst: boolean;
}

/** Throws what would stop the machines half-way: addresses, and memory. */
export async function refuseUnfit(
  world: VagrantWorld,
  stack: Stack,
  { provider, absent, isFirst }: Fitting,
): Promise<void> {
  const { network } = planAddresses(stack);
  refuseOwnAddress(stack, network);
  if (isFirst) {
    if (provider === "virtualbox") await refuseForbiddenRange(world, network);
    const isOurs = isOwnInterface(provider, [bridgeName(stack.name), ...(await libvirtBridge(world, stack, provider))]);
    await refuseConflict(world, { network, isOurs });
  }
  if (isVirtual(`vagrant:${provider}`) && absent.length > 0) await refuseTooLittleMemory(world, absent);
}

/** The network may be left of machines that were half made. */
async function libvirtBridge(world: VagrantWorld, stack: Stack, provider: VagrantProvider): Promise<string[]> {
  if (provider !== "libvirt") return [];
  const argv = ["virsh", "--connect", world.libvirtUri, "net-info", networkName(stack.name)];
  return [...(await world.run(argv)).stdout.matchAll(/^Bridge:\s+(\S+)$/gm)].map(([, name = ""]) => name);
}

/** Interfaces that a provider makes for its machines: what is left of an earlier rehearsal is used again. */
const OWN_INTERFACES: Readonly<Partial<Record<VagrantProvider, RegExp>>> = {
  virtualbox: /^vboxnet\d+$/,
  vmware_desktop: /^vmnet\d+$/,
};

function isOwnInterface(provider: VagrantProvider, bridges: readonly string[]): (name: string) => boolean {
  return (name) => bridges.includes(name) || (OWN_INTERFACES[provider]?.test(name) ?? false);
}
