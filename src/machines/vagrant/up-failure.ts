import { EXIT, QuintetError } from "../../errors.ts";
import type { VagrantProvider } from "../provider.ts";

/** What Vagrant and its providers say of things that nobody can see before; the sentence, and what mends it. */
const KNOWN: readonly (readonly [RegExp, string, string])[] = [
  [
    /VT-x is (?:not available|disabled)|AMD-V is (?:not available|disabled)|VERR_(?:VMX_NO_VMX|VMX_MSR_\w*DISABLED|SVM_DISABLED|SVM_NO_SVM)|virt type '?kvm'?|access KVM/,
    "Hardware virtualization is off in the firmware, or not passed on to this computer.",
    "Turn on VT-x or AMD-V (SVM) in the firmware.",
  ],
  [
    /VERR_VMX_IN_VMX_ROOT_MODE|VERR_SVM_IN_USE/,
    "Another hypervisor has the processor's virtualization: VirtualBox cannot run beside it.",
    "End the other one's machines (KVM: sudo modprobe -r kvm_intel kvm_amd).",
  ],
  [
    /not within the\s+allowed ranges/,
    "The provider does not allow the rehearsal's subnet for host-only networks.",
    "Use addresses in 192.168.56.0/21 in stack.yml, or allow the subnet in /etc/vbox/networks.conf.",
  ],
  [
    /collides with|overlaps? with|already in use by (?:interface|network)/,
    "The rehearsal's subnet collides with another network of this computer.",
    "Use other addresses in stack.yml, or free that subnet.",
  ],
  [
    /[Cc]annot allocate memory|[Nn]ot enough (?:free )?memory|VERR_NO_MEMORY/,
    "This computer has too little memory for the machines.",
    "Give them less in stack.yml under machine.memory_mb, or end other programs.",
  ],
];

/** Why `vagrant up` failed; `said`: all that it printed. */
export function upFailure(provider: VagrantProvider, said: string, down: string): QuintetError {
  const [, message, mend] = KNOWN.find(([pattern]) => pattern.test(said)) ?? [];
  return new QuintetError({
    message: message ?? `Vagrant's provider ${provider} cannot bring the machines up.`,
    exitCode: EXIT.preflight,
    step: "machines",
    detail: said.trim().split("\n").slice(-20).join("\n"),
    next:
      mend === undefined ? `${down}, then try again; quintet doctor says what may be missing` : `${mend} Then: ${down}`,
  });
}
