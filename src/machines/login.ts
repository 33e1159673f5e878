import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import { quoteArgv } from "../remote/quote.ts";
import { quoteValue } from "../remote/ssh-config.ts";
import type { Host, Stack } from "../stack/stack.ts";
import { ensureSudoPassword } from "./identity.ts";
import { privileged } from "./privileged.ts";
import type { MachinesWorld } from "./world.ts";

/** Logs in as Ansible will: this key, this user, only the pinned host keys, and sudo. The user's own ssh configuration stays out of it. */
export function loginArgv(stack: Stack, host: Host, command: string, connectSeconds = 2): string[] {
  const options = [
    "BatchMode=yes",
    `ConnectTimeout=${connectSeconds}`,
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile=${quoteValue(join(stack.directory, "known_hosts").replaceAll("%", "%%"))}`,
    "GlobalKnownHostsFile=/dev/null",
    "IdentitiesOnly=yes",
  ];
  return [
    "ssh",
    "-F",
    "none",
    ...options.flatMap((option) => ["-o", option]),
    ...(host.ssh.identity === undefined ? [] : ["-i", host.ssh.identity]),
    "-p",
    String(host.ssh.port),
    `${host.ssh.user}@${host.address}`,
    command,
  ];
}

/** Runs as root; by itself it succeeds when the user may become root. It reads the password from standard input where sudo asks for one. */
export function rootCommand({ ssh, machine }: Host, command: readonly string[] = ["true"]): string {
  const words = quoteArgv(command);
  if (ssh.user === "root") return words;
  return machine.sudo === "password" ? `sudo -k -S -p '' ${words}` : `sudo -n ${words}`;
}

/** About a minute: a machine needs two seconds, and a loaded computer may run seven. */
const ROUNDS = 200;
/** An emulated one that is starting its services may take ten seconds to greet: knocking again would only slow it down. */
const PATIENT = { from: 10, connectSeconds: 20, timeoutMs: 60_000 };

export interface Booting {
  readonly isRunning: () => Promise<boolean>;
  /** Root's; undefined: nobody writes down what the machine says while it boots. */
  readonly consoleLog?: string;
  /** Whether the user has to be able to become root, too. */
  readonly asRoot: boolean;
}

/** Returns when the machine lets its user in. */
export async function waitForLogin(world: MachinesWorld, stack: Stack, host: Host, machine: Booting): Promise<void> {
  let said = "";
  const password = machine.asRoot ? await ensureSudoPassword(world, stack) : undefined;
  const command = machine.asRoot ? rootCommand(host) : "true";
  const input = password === undefined ? {} : { input: `${password}\n` };
  for (let round = 0; round < ROUNDS; round += 1) {
    const { connectSeconds, timeoutMs } = round < PATIENT.from ? { connectSeconds: 2, timeoutMs: 10_000 } : PATIENT;
    const result = await world.run(loginArgv(stack, host, command, connectSeconds), { timeoutMs, ...input });
    if (result.exitCode === 0) return;
    said = result.stderr.trim();
    if (!(await machine.isRunning())) {
      const { consoleLog } = machine;
      const last = consoleLog && (await privileged(world)(["tail", "-n", "15", consoleLog])).stdout.trim();
      throw fault(world, host, machine, `The machine ${host.name} ended while it booted.`, last || said);
    }
    await world.sleep(200);
  }
  throw fault(world, host, machine, `The machine ${host.name} runs but does not let ${host.ssh.user} in.`, said);
}

function fault(
  world: MachinesWorld,
  host: Host,
  { consoleLog }: Booting,
  message: string,
  detail: string,
): QuintetError {
  return new QuintetError({
    message,
    exitCode: EXIT.preflight,
    host: host.name,
    step: "machines",
    detail,
    next: `${world.command("rehearse down")} && ${world.command("rehearse up")}`,
    ...(consoleLog === undefined ? {} : { logFile: consoleLog }),
  });
}
