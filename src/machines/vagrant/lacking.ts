import type { RunCommand } from "../../command.ts";
import type { Lacking } from "../lacking.ts";
import type { VagrantProvider } from "../provider.ts";
import { hasVirtualization } from "./virtualization.ts";
import type { VagrantWorld } from "./world.ts";

interface Needs {
  /** Vagrant's plugin; undefined: it is in Vagrant itself. */
  readonly plugin?: string;
  /** A command that ends well where the provider is there; needs no rights. */
  readonly probe: (world: LooksOf) => readonly string[];
  readonly what: string;
  /** Ends well where it is installed; packages are no help to a probe that fails then. Without it, the probe tells. */
  readonly installed?: readonly string[];
  /** How a Debian or Ubuntu gets it, and how anybody else does. */
  readonly packages?: string;
  readonly elsewhere: string;
}

type LooksOf = Pick<VagrantWorld, "run" | "system" | "libvirtUri" | "mayEmulate" | "isRoot">;

const NEEDS: Readonly<Record<VagrantProvider, Needs>> = {
  virtualbox: {
    probe: () => ["VBoxManage", "--version"],
    what: "VirtualBox",
    elsewhere: "Install VirtualBox from https://www.virtualbox.org",
  },
  libvirt: {
    plugin: "vagrant-libvirt",
    probe: ({ libvirtUri }) => ["virsh", "--connect", libvirtUri, "version"],
    what: "a libvirt that answers this user",
    installed: ["virsh", "--version"],
    packages: "libvirt-daemon-system libvirt-clients qemu-system-x86 qemu-utils dnsmasq-base",
    elsewhere:
      'Install libvirt and QEMU, start libvirtd, and join its group: sudo usermod -aG libvirt "$USER"; log in again',
  },
  vmware_desktop: {
    plugin: "vagrant-vmware-desktop",
    probe: () => ["vmrun", "list"],
    what: "VMware Workstation or Fusion (vmrun)",
    elsewhere: "Install VMware Workstation or Fusion and Vagrant's VMware utility, with vmrun in PATH",
  },
  parallels: {
    plugin: "vagrant-parallels",
    probe: () => ["prlctl", "--version"],
    what: "Parallels Desktop Pro (prlctl)",
    elsewhere: "Install Parallels Desktop, Pro or Business edition",
  },
  lxc: {
    plugin: "vagrant-lxc",
    probe: () => ["lxc-info", "--version"],
    what: "LXC",
    packages: "lxc",
    elsewhere: "Install LXC",
  },
};

/** Plugins that Debian packages, so that they need no compiler. */
const PACKAGED_PLUGINS: readonly string[] = ["vagrant-libvirt", "vagrant-lxc"];

/** What this computer lacks to run machines by Vagrant, whatever its provider. */
export async function lackingForVagrant({ run, system }: Pick<LooksOf, "run" | "system">): Promise<Lacking[]> {
  const { exitCode } = await run(["vagrant", "--version"], QUIETLY);
  if (exitCode === 0) return [];
  const elsewhere = "Install Vagrant from https://developer.hashicorp.com/vagrant/install";
  return [{ what: "Vagrant", mend: (await hasApt(run, system)) ? "sudo apt-get install vagrant" : elsewhere }];
}

const QUIETLY = { env: { VAGRANT_CHECKPOINT_DISABLE: "1", VAGRANT_NO_COLOR: "1" } };

async function hasApt(run: RunCommand, system: NodeJS.Platform): Promise<boolean> {
  return system === "linux" && (await run(["apt-get", "--version"])).exitCode === 0;
}

/** Vagrant's plugins that are installed; asking takes Vagrant a second or two. */
export async function installedPlugins({ run }: Pick<LooksOf, "run">): Promise<Set<string>> {
  const { stdout } = await run(["vagrant", "plugin", "list"], QUIETLY);
  return new Set([...stdout.matchAll(/^(\S+) \(/gm)].map(([, name = ""]) => name));
}

/** What one of Vagrant's providers lacks here, where Vagrant itself is. */
export async function lackingForProvider(
  world: LooksOf,
  provider: VagrantProvider,
  plugins: ReadonlySet<string>,
): Promise<Lacking[]> {
  const { run } = world;
  const { plugin, probe, what, installed, packages, elsewhere } = NEEDS[provider];
  const isDebian = await hasApt(run, world.system);
  const lacking: Lacking[] = [];
  const isThere = (await run(probe(world))).exitCode === 0;
  if (!isThere) {
    const isInstalled = installed !== undefined && (await run(installed)).exitCode === 0;
    const helps = isDebian && packages !== undefined && !isInstalled;
    lacking.push({ what, mend: helps ? `sudo apt-get install ${packages}` : elsewhere });
  }
  if (plugin !== undefined && !plugins.has(plugin)) {
    const isPackaged = isDebian && PACKAGED_PLUGINS.includes(plugin);
    const mend = isPackaged ? `sudo apt-get install ${plugin}` : `vagrant plugin install ${plugin}`;
    lacking.push({ what: `the plugin ${plugin}`, mend });
  }
  if (provider === "lxc") {
    if (!world.isRoot && (await run(["sudo", "-n", "true"])).exitCode !== 0) {
      lacking.push({ what: "root, or sudo that asks for no password now", mend: "sudo -v" });
    }
  } else if (isThere && !(await hasVirtualization(world, provider))) {
    lacking.push({
      what: "hardware virtualization, which is off in the firmware or not passed on to this computer",
      mend:
        provider === "libvirt"
          ? "Turn on VT-x or AMD-V (SVM) in the firmware, or set QUINTET_EMULATE=1 for machines that are emulated: slow, and they work"
          : "Turn on VT-x or AMD-V (SVM) in the firmware",
    });
  }
  return lacking;
}
