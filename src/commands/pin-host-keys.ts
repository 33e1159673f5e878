import { EXIT, QuintetError } from "../errors.ts";
import type { NewKeys } from "../remote/new-keys.ts";
import { addPins } from "../remote/pins.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";

export interface PinOptions {
  /** Pin keys that nobody has compared. */
  readonly acceptHostKeys?: boolean;
}

/**
 * Pins the keys of hosts and bastions that are seen for the first time in the stack directory's known_hosts: those
 * that the user's own known_hosts has without a word, all others after one yes. A key that has changed is found when
 * connecting.
 */
export async function pinHostKeys(stack: Stack, options: PinOptions, context: CommandContext): Promise<void> {
  const { login, signal } = context;
  const found = await login.newKeys(stack.directory, stack.hosts, { signal });
  signal.throwIfAborted();
  const strange = found.filter((one) => !one.trusted);
  if (strange.length > 0 && !options.acceptHostKeys) await ask(strange, context);
  if (found.length > 0) await pin(stack, found, context);
}

async function pin(stack: Stack, found: readonly NewKeys[], { emit }: CommandContext): Promise<void> {
  await addPins(stack.directory, found.map((one) => one.lines).join(""));
  const names = found.map((one) => one.host.name).join(", ");
  emit({ type: "info", message: `Pinned the host keys of ${names}: no others are accepted from now on.` });
}

async function ask(strange: readonly NewKeys[], { emit, ask: asker }: CommandContext): Promise<void> {
  const rows = strange.flatMap(({ host, keys }) =>
    keys.map((key) => [host.name, host.ssh.route?.hostname ?? host.address, key.type, key.fingerprint]),
  );
  emit({
    type: "table",
    title: "Host keys seen for the first time",
    columns: ["host", "address", "type", "fingerprint"],
    rows,
  });
  if (
    await asker?.confirm("Are these the machines' own keys? (There: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub)")
  )
    return;
  throw new QuintetError({
    message: `The host keys of ${strange.map((one) => one.host.name).join(", ")} are not known yet.`,
    exitCode: EXIT.preflight,
    step: "Pin the host keys",
    next: "Compare the fingerprints above, then run this in a terminal and say yes, or with --accept-host-keys.",
  });
}
