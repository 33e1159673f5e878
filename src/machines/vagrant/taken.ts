import type { RunCommand } from "../../command.ts";
import { EXIT, QuintetError } from "../../errors.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import type { VagrantProvider } from "../provider.ts";
import type { Driver } from "./driver.ts";
import { machineName, networkName } from "./names.ts";
import { askState } from "./state.ts";

/**
 * Throws where a machine that is still to be made has a name that the provider has given away: `vagrant up` alone has its
 * own machines of this stack. They would share addresses, too.
 */
export async function refuseTaken(
  below: RunCommand,
  stack: Stack,
  {
    provider,
    driver,
    absent,
  }: { readonly provider: VagrantProvider; readonly driver: Driver; readonly absent: readonly Host[] },
): Promise<void> {
  // VMware knows machines by their files alone.
  if (provider === "vmware_desktop") return;
  for (const host of absent) {
    const id = machineName(stack.name, host.name);
    const machine = { id, cables: 1, network: networkName(stack.name) };
    if ((await askState(below, driver, machine, host.name)) === "absent") continue;
    throw new QuintetError({
      message: `There is a machine ${id} already, which this rehearsal has not made.`,
      exitCode: EXIT.preflight,
      host: host.name,
      step: "machines",
      next: "Where `vagrant up` made it, run there: vagrant destroy",
    });
  }
}
