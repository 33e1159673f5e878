import type { VagrantProvider } from "../provider.ts";
import type { VagrantWorld } from "./world.ts";

/** Whether this computer's processor lends virtual machines a hand, as far as the provider or the system says. */
export async function hasVirtualization(
  { run, system, mayEmulate }: Pick<VagrantWorld, "run" | "system" | "mayEmulate">,
  provider: VagrantProvider,
): Promise<boolean> {
  if (provider === "virtualbox") {
    const { stdout } = await run(["VBoxManage", "list", "hostinfo"]);
    return !/^Processor supports HW virtualization:\s+no$/m.test(stdout);
  }
  if (provider === "libvirt" && mayEmulate) return true;
  // A Linux shows it by this device, on every architecture; the others' programs tell it themselves, before they make anything.
  return system !== "linux" || (await run(["test", "-e", "/dev/kvm"])).exitCode === 0 || provider !== "libvirt";
}
