import type { Lacking } from "./lacking.ts";
import { lackingForNspawn } from "./nspawn/lacking.ts";
import { type Provider, VAGRANT_PROVIDERS, type VagrantProvider } from "./provider.ts";
import { installedPlugins, lackingForProvider, lackingForVagrant } from "./vagrant/lacking.ts";
import type { VagrantWorld } from "./vagrant/world.ts";

/** A provider, and what this computer lacks for it. */
export interface Surveyed {
  readonly provider: Provider;
  readonly lacking: readonly Lacking[];
}

/** Every provider, the one that is the least trouble first. Changes nothing; Vagrant takes a second or two to answer. */
export async function surveyProviders(world: VagrantWorld): Promise<Surveyed[]> {
  return [await surveyNspawn(world), ...(await surveyVagrant(world))];
}

async function surveyNspawn({ run }: Pick<VagrantWorld, "run">): Promise<Surveyed> {
  return { provider: "systemd-nspawn", lacking: await lackingForNspawn(run) };
}

/** Elsewhere nobody could have them, and need not be told. */
const ONLY_ON: Readonly<Partial<Record<VagrantProvider, NodeJS.Platform>>> = {
  libvirt: "linux",
  parallels: "darwin",
  lxc: "linux",
};

export async function surveyVagrant(world: VagrantWorld): Promise<Surveyed[]> {
  const withoutVagrant = await lackingForVagrant(world);
  const plugins = withoutVagrant.length === 0 ? await installedPlugins(world) : new Set<string>();
  return Promise.all(
    VAGRANT_PROVIDERS.filter((own) => ONLY_ON[own] === undefined || ONLY_ON[own] === world.system).map(async (own) => ({
      provider: `vagrant:${own}` as const,
      lacking: [...withoutVagrant, ...(await lackingForProvider(world, own, plugins))],
    })),
  );
}
