/** Vagrant's own providers that the Vagrantfile has a block for, in Vagrant's words. */
export const VAGRANT_PROVIDERS = ["virtualbox", "libvirt", "vmware_desktop", "parallels", "lxc"] as const;
export type VagrantProvider = (typeof VAGRANT_PROVIDERS)[number];

/** What runs rehearsal machines. */
export const PROVIDERS = [
  "systemd-nspawn",
  ...VAGRANT_PROVIDERS.map((name) => `vagrant:${name}` as const),
] as const satisfies readonly Provider[];
export type Provider = "systemd-nspawn" | `vagrant:${VagrantProvider}`;

/** What --provider takes: one of them, or Vagrant with whichever of its providers is here. */
export const PROVIDER_CHOICES = [PROVIDERS[0], "vagrant", ...PROVIDERS.slice(1)] as const;
export type ProviderChoice = Provider | "vagrant";

/** Which of Vagrant's own; undefined: it is not Vagrant. */
export function vagrantProvider(provider: Provider): VagrantProvider | undefined {
  return VAGRANT_PROVIDERS.find((name) => provider === `vagrant:${name}`);
}

/** For people. */
export function providerTitle(provider: Provider): string {
  const own = vagrantProvider(provider);
  return own === undefined ? provider : `vagrant (${own})`;
}

/** Whether its machines are virtual: have memory and processors of their own, and a kernel. Containers share this computer's. */
export function isVirtual(provider: Provider): boolean {
  return provider !== "systemd-nspawn" && provider !== "vagrant:lxc";
}
