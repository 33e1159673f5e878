import { EXIT, QuintetError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { MACHINE_DEFAULTS } from "../../stack/machine-defaults.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { must } from "../privileged.ts";
import type { VagrantProvider } from "../provider.ts";
import { row } from "../rows.ts";
import { parseFacts, type Vagrant } from "./call.ts";

/** The box that the Vagrantfile makes the host's machine from. */
export function boxOf({ machine }: Pick<Host, "machine">, provider: VagrantProvider): string {
  const boxes = MACHINE_DEFAULTS.boxes[machine.suite];
  return machine.box ?? boxes[provider] ?? boxes.default;
}

/** Which boxes are on this computer for a provider, from what `vagrant box list --machine-readable` prints. */
export function boxesFor(output: string, provider: VagrantProvider): Set<string> {
  const found = new Set<string>();
  let name = "";
  for (const { type, data } of parseFacts(output)) {
    if (type === "box-name") name = data;
    if (type === "box-provider" && data === provider) found.add(name);
  }
  return found;
}

/** Fetches what is missing, before any machine is made. */
export async function ensureBoxes(
  vagrant: Vagrant,
  stack: Stack,
  provider: VagrantProvider,
  emit: Emit,
): Promise<void> {
  // Vagrant reads the Vagrantfile first: what it has against that is no box's fault.
  const doing = { doing: "learn from Vagrant which boxes it has" };
  const here = boxesFor(await must(vagrant, ["box", "list", "--machine-readable"], doing), provider);
  for (const box of new Set(stack.hosts.map((host) => boxOf(host, provider)))) {
    if (here.has(box)) continue;
    const waiting = stack.hosts.filter((host) => boxOf(host, provider) === box);
    for (const host of waiting) emit(row(host, "running", `fetching the box ${box} (once)`));
    // What a box is called has no dash at its beginning: the schema sees to that.
    const result = await vagrant(["box", "add", box, "--provider", provider]);
    if (result.exitCode === 0) continue;
    const said = (result.stderr || result.stdout).trim();
    for (const host of waiting) emit(row(host, "failed", `no box ${box}`));
    throw new QuintetError({
      message: `The box ${box} for Vagrant's provider ${provider} cannot be fetched.`,
      exitCode: EXIT.preflight,
      step: "machines",
      detail: said.split("\n").slice(-15).join("\n"),
      next: `Name a box for ${provider} under machine.box in stack.yml, or add one that you have: vagrant box add --name ${box} --provider ${provider} FILE`,
    });
  }
}
