import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type RunCommand, runCommand } from "../command.ts";
import { type Host, type Stack, SUDO_PASSWORD_FILE } from "../stack/stack.ts";
import { type AnswerScript, makeAnswerScript } from "./answer-script.ts";
import { type Connect, type ConnectOptions, type ConnectWorld, captureKey, makeConnect } from "./connect.ts";
import { makeGate } from "./gate.ts";
import type { LocalSsh } from "./identity.ts";
import { type Keyring, makeKeyring } from "./keyring.ts";
import { type Meeting, meet } from "./meet.ts";
import { findNewKeys, type NewKeys, type NewKeysWorld } from "./new-keys.ts";
import { makeProvisional } from "./provisional.ts";
import type { Questions } from "./questions.ts";
import { resolveHost, resolveStack } from "./resolve.ts";
import type { LiveSession } from "./session.ts";
import { makeSudoPassword } from "./sudo-password.ts";

interface MeetOptions extends ConnectOptions {
  /** Whether a passphrase may be asked for: not while another prompt is on the screen. Default: no. */
  readonly mayAsk?: boolean;
}

/** How this run gets onto the hosts and becomes root there: one way for node-ssh and for Ansible. */
export interface Login {
  /** The stack with what `ssh -G` says of each host filled in. stack.yml wins. */
  resolve(stack: Stack, options?: Pick<ConnectOptions, "signal">): Promise<Stack>;
  /** Logs in to a host; its session becomes root, with a password where sudo wants one, for a command that asks so. */
  readonly connect: Connect;
  /**
   * Logs in to look at a host whose key may not be pinned yet (see meet.ts). What ~/.ssh/config says of the host holds
   * where `host.ssh.written` leaves it open; the session's host has what came of it.
   */
  meet(directory: string, host: Host, options?: MeetOptions): Promise<Meeting>;
  /** The keys that the stack does not pin yet, of the hosts and of their bastions. */
  newKeys(directory: string, hosts: readonly Host[], options?: Pick<ConnectOptions, "signal">): Promise<NewKeys[]>;
  /**
   * Asks for the passphrases and the sudo password that these hosts want, before a step's list is on the screen. Its
   * connections are kept for the next `connect` to each host. Fails never: that `connect` will. Where nobody can be
   * asked it does nothing.
   */
  prepare(stack: Pick<Stack, "directory">, hosts: readonly Host[], options?: ConnectOptions): Promise<void>;
  /** What ansible-playbook needs in its environment to do the same. Call it after connecting: it asks nobody. */
  environment(): Promise<Readonly<Record<string, string>>>;
  /** Ends what was started for the run (an agent of our own). */
  close(): Promise<void>;
}

export interface LoginWorld {
  readonly run: RunCommand;
  /** SSH_AUTH_SOCK, SHELL and QUINTET_SUDO_PASSWORD are read, once. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What ~ is to ssh. */
  readonly home: string;
  /** undefined: nobody can be asked. */
  readonly ask: Questions | undefined;
  /** --sudo-password-file */
  readonly sudoPasswordFile: string | undefined;
  readonly stdin: NodeJS.ReadableStream;
}

/** Read here and by ansible-playbook's password script; taken out of what every other program gets. */
export const SUDO_PASSWORD_VARIABLE = "QUINTET_SUDO_PASSWORD";
/** sshd's MaxStartups drops connections at random from ten that are not logged in yet. */
const AT_ONCE_THROUGH_BASTIONS = 8;

/** What is left out is this process's own; then nobody is asked. */
export function createLogin(given: Partial<LoginWorld> = {}): Login {
  const world: LoginWorld = {
    run: runCommand,
    env: process.env,
    home: homedir(),
    ask: undefined,
    sudoPasswordFile: undefined,
    stdin: process.stdin,
    ...given,
  };
  const { run, home, env } = world;
  const agentSocket = env["SSH_AUTH_SOCK"];
  const keyring = world.ask && makeKeyring(world.ask, agentSocket);
  const provisional = makeProvisional();
  let rehearsalPassword: string | undefined;
  const sudo = makeSudoPassword({
    rehearsal: () => rehearsalPassword,
    file: world.sudoPasswordFile,
    environment: env[SUDO_PASSWORD_VARIABLE],
    ask: world.ask,
    stdin: world.stdin,
  });
  const connecting: ConnectWorld = {
    local: () => ({ home, agentSocket, ...ownAgentOf(keyring) }),
    shell: env["SHELL"] || "/bin/sh",
    unlock: keyring?.unlock,
    become: sudo.become,
    gate: makeGate(AT_ONCE_THROUGH_BASTIONS),
  };
  const quiet: ConnectWorld = { ...connecting, unlock: undefined };
  const keysWorld = (from: ConnectWorld, options: ConnectOptions): NewKeysWorld => ({
    capture: (target, knownHosts) => captureKey(target, knownHosts, options, from),
    provisional: provisional.write,
  });
  const connectAny = makeConnect(connecting);
  /** One that nobody has closed would keep the process from ending. */
  const opened: LiveSession[] = [];
  const connectNew = async (...what: Parameters<typeof connectAny>) => {
    const session = await connectAny(...what);
    opened.push(session);
    return session;
  };
  /** Connections of `prepare`, by stack directory and host. */
  const kept = new Map<string, Promise<LiveSession>>();
  const keyOf = ({ directory }: Pick<Stack, "directory">, { name }: Host) => JSON.stringify([directory, name]);
  let script: Promise<AnswerScript> | undefined;

  const resolving = ({ signal }: ConnectOptions) => ({
    run,
    home,
    agentSocket,
    ...(signal === undefined ? {} : { signal }),
  });

  return {
    resolve(stack, options = {}) {
      const file = join(stack.directory, SUDO_PASSWORD_FILE);
      const asks = stack.hosts.some(({ machine }) => machine.sudo === "password");
      rehearsalPassword = asks && existsSync(file) ? file : undefined;
      return resolveStack(stack, resolving(options));
    },
    async connect(stack, host, options) {
      await sudo.check();
      const key = keyOf(stack, host);
      const prepared = kept.get(key);
      kept.delete(key);
      const session = await prepared;
      return session?.isOpen() ? session : connectNew(stack, host, options);
    },
    async meet(directory, host, { mayAsk = false, ...options } = {}) {
      const resolved = await resolveHost(host, resolving(options));
      const from = mayAsk ? connecting : quiet;
      return meet(directory, resolved, options, { ...from, ...keysWorld(from, options) });
    },
    newKeys: (directory, hosts, options = {}) => findNewKeys(directory, hosts, keysWorld(connecting, options)),
    async prepare(stack, hosts, options) {
      if (world.ask === undefined) return;
      await sudo.check();
      await Promise.all(
        hosts.map(async (host) => {
          const key = keyOf(stack, host);
          const before = await kept.get(key)?.catch(() => undefined);
          if (before?.isOpen()) return;
          const connected = connectNew(stack, host, options);
          kept.set(key, connected);
          // Whatever fails fails again, with its words, where it is waited for.
          await connected.then((session) => session.run(["true"], { sudo: true })).catch(() => {});
        }),
      );
      options?.signal?.throwIfAborted();
    },
    async environment() {
      const password = await sudo.known();
      if (password !== undefined) script ??= makeAnswerScript(SUDO_PASSWORD_VARIABLE);
      const file = await script;
      return {
        ...(keyring?.socketForPrograms === undefined ? {} : { SSH_AUTH_SOCK: keyring.socketForPrograms }),
        ...(password === undefined || file === undefined
          ? {}
          : { ANSIBLE_BECOME_PASSWORD_FILE: file.path, [SUDO_PASSWORD_VARIABLE]: password }),
      };
    },
    async close() {
      for (const session of opened) session.close();
      await Promise.all([keyring?.close(), provisional.remove(), script?.then((one) => one.remove())]);
    },
  };
}

function ownAgentOf(keyring: Keyring | undefined): Partial<LocalSsh> {
  if (keyring?.socket === undefined) return {};
  const { socket, socketForPrograms, unlocked } = keyring;
  return { ownAgent: socket, agentForPrograms: socketForPrograms, unlocked };
}
