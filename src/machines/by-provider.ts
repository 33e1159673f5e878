import type { Machines } from "./machines.ts";
import { nspawnMachines } from "./nspawn/nspawn.ts";
import { nspawnWorld } from "./nspawn/world.ts";
import { type Provider, vagrantProvider } from "./provider.ts";
import { vagrantMachines } from "./vagrant/vagrant.ts";
import { vagrantWorld } from "./vagrant/world.ts";
import type { machinesWorld } from "./world.ts";

/** The machines that this provider runs. */
export async function machinesBy(provider: Provider, ...around: Parameters<typeof machinesWorld>): Promise<Machines> {
  const own = vagrantProvider(provider);
  if (own === undefined) return nspawnMachines(await nspawnWorld(...around));
  return vagrantMachines(await vagrantWorld(...around), own);
}
