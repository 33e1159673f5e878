import { EXIT, QuintetError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import type { Host, Stack } from "../../stack/stack.ts";
import { ensureIdentities, ensureSudoPassword } from "../identity.ts";
import { must } from "../privileged.ts";
import type { VagrantProvider } from "../provider.ts";
import { row, sideBySide } from "../rows.ts";
import { ensureBoxes } from "./boxes.ts";
import { parseProgress, vagrantFor } from "./call.ts";
import { controlOf } from "./control.ts";
import { prepareMachine } from "./first-login.ts";
import { machineIds } from "./ids.ts";
import { type MadeHost, readMade, settingsOf, writeMade } from "./made.ts";
import { refuseUnfit } from "./refuse.ts";
import { refuseTaken } from "./taken.ts";
import { upFailure } from "./up-failure.ts";
import type { VagrantWorld } from "./world.ts";

export interface MadeMachines {
  /** By host name: all of the stack's. */
  readonly hosts: Record<string, MadeHost>;
  /** The hosts whose machines were made just now: nobody has changed anything there yet. */
  readonly fresh: readonly Host[];
}

/** Makes the machines that are missing, and each of them its host: with its user, its keys, its suite. */
export async function makeMachines(
  world: VagrantWorld,
  stack: Stack,
  provider: VagrantProvider,
  emit: Emit,
): Promise<MadeMachines> {
  const ids = await machineIds(stack, provider);
  const absent = stack.hosts.filter(({ name }) => !ids.has(name));
  await refuseUnfit(world, stack, { provider, absent, isFirst: ids.size === 0 });
  const { below, driver } = controlOf(world, provider);
  await refuseTaken(below, stack, { provider, driver, absent });
  const identities = await ensureIdentities(world, stack);
  const password = await ensureSudoPassword(world, stack);
  const keyOf = ({ name }: Host) => identities.get(name) ?? "";
  const hosts: Record<string, MadeHost> = { ...(await readMade(stack))?.hosts };
  for (const host of stack.hosts) {
    const before = hosts[host.name];
    if (before === undefined) continue;
    if (!ids.has(host.name)) delete hosts[host.name];
    else if (before.settings !== settingsOf(host, stack, keyOf(host))) throw madeOtherwise(world, host);
  }
  const fresh = stack.hosts.filter(({ name }) => hosts[name] === undefined);
  if (fresh.length === 0) return { hosts, fresh };
  const vagrant = vagrantFor(world, stack, provider);
  await ensureBoxes(vagrant, { ...stack, hosts: fresh }, provider, emit);
  await vagrantUp(world, stack, provider, fresh, emit);
  const doing = { doing: "learn from Vagrant how to log in" };
  const sshConfigs = await must(vagrant, ["ssh-config", ...fresh.map(({ name }) => name)], doing);
  try {
    await sideBySide(fresh, emit, async (host) => {
      emit(row(host, "running", `letting ${host.ssh.user} in`));
      const key = keyOf(host);
      const hostKey = await prepareMachine(world, sshConfigs, { host, key, password });
      const { suite, memoryMb, cpus } = host.machine;
      hosts[host.name] = {
        address: host.address,
        settings: settingsOf(host, stack, key),
        machine: { suite, memoryMb, cpus },
        hostKey,
        kept: false,
      };
    });
  } finally {
    await writeMade(world, stack, { provider, hosts });
  }
  return { hosts, fresh };
}

async function vagrantUp(
  world: VagrantWorld,
  stack: Stack,
  provider: VagrantProvider,
  hosts: readonly Host[],
  emit: Emit,
): Promise<void> {
  const names = hosts.map(({ name }) => name);
  for (const host of hosts) emit(row(host, "running", "waiting for Vagrant"));
  const onLine = (line: string) => {
    const progress = parseProgress(line);
    if (progress === undefined || !names.includes(progress.host)) return;
    emit(row({ name: progress.host }, "running", progress.text));
  };
  const argv = ["up", "--no-provision", "--provider", provider, ...names];
  const { exitCode, stdout, stderr } = await vagrantFor(world, stack, provider)(argv, { onLine });
  if (exitCode === 0) return;
  for (const host of hosts) emit(row(host, "failed", "Vagrant ended before it was up"));
  throw upFailure(provider, `${stdout}\n${stderr}`, world.command("rehearse down"));
}

function madeOtherwise({ command }: Pick<VagrantWorld, "command">, { name }: Host): QuintetError {
  return new QuintetError({
    message: `The machine ${name} was made from other settings than stack.yml has now.`,
    exitCode: EXIT.preflight,
    host: name,
    step: "machines",
    next: `${command("rehearse down")} && ${command("rehearse up")}`,
  });
}
