import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { NodeSSH, SSHExecCommandOptions } from "node-ssh";
import type { CommandResult } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { Host } from "../stack/stack.ts";
import { quoteArgv } from "./quote.ts";

export interface RunOptions {
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** The command is ended on the host after this long; exit code 124. Bounds the wait for a host that died, too. */
  readonly timeoutMs?: number;
  /** Run as root. A user without passwordless sudo is a QuintetError. */
  readonly sudo?: boolean;
  readonly signal?: AbortSignal;
}

/** A long-running command on a host. */
export interface RemoteStream {
  /** Never rejects. exitCode is undefined when it was stopped or the connection was lost. */
  readonly ended: Promise<CommandResult>;
  /** To its standard input; nothing happens once it was stopped. */
  write(text: string): void;
  /** Closes its standard input, on which the command is to end, and waits for that; after 2 s lets go of it. */
  stop(): Promise<void>;
}

/** One SSH connection. sshd runs ten commands at once on it (MaxSessions). */
export interface Session {
  readonly host: Host;
  /** A failing command is a result; a lost connection or missing sudo is a QuintetError. */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** onLine gets each line of standard output as it arrives. */
  stream(argv: readonly string[], onLine: (line: string) => void): RemoteStream;
  /** Ends the connection; never fails. */
  close(): void;
}

interface Channel {
  signal(name: string): void;
  close(): void;
}

/** The command line that the login shell gets. Messages are in English and text is UTF-8 wherever the host stands. */
export function remoteCommand(user: string, argv: readonly string[], options: RunOptions = {}): string {
  const timeout =
    options.timeoutMs === undefined ? [] : ["timeout", "-k", "2", String(Math.max(0.001, options.timeoutMs / 1000))];
  const sudo = options.sudo && user !== "root" ? ["sudo", "-n", "--"] : [];
  return quoteArgv(["env", "LC_ALL=C.UTF-8", ...sudo, ...timeout, ...argv]);
}

export function openSession(host: Host, ssh: NodeSSH, socket: Socket): Session {
  // node-ssh stops listening once it is connected, and an error that nobody hears would end the process.
  ssh.connection?.on("error", () => {}).setMaxListeners(0);

  const lost = (cause: unknown) =>
    new QuintetError(
      {
        message: `The SSH connection to ${host.name} was lost.`,
        exitCode: EXIT.preflight,
        host: host.name,
        step: "run a command",
        ...(cause instanceof Error ? { detail: cause.message } : {}),
        next: `See whether the machine at ${host.address} still runs, then run the same command again.`,
      },
      { cause },
    );

  /** exitCode undefined with ended = false: the connection went away under the command. */
  const execute = async (command: string, options: SSHExecCommandOptions & { onStdout: (chunk: Buffer) => void }) => {
    const errors: Buffer[] = [];
    const result = await ssh.execCommand(command, {
      ...options,
      noTrim: true,
      onStderr: (chunk) => errors.push(chunk),
    });
    const ended = result.code !== null || result.signal !== null;
    return { ended, exitCode: result.code ?? undefined, stderr: Buffer.concat(errors).toString("utf8") };
  };

  return {
    host,
    async run(argv, options = {}) {
      options.signal?.throwIfAborted();
      const chunks: Buffer[] = [];
      let channel: Channel | undefined;
      let stopped = false;
      let giveUp: () => void = () => {};
      const gaveUp = new Promise<"gave up">((resolve) => {
        giveUp = () => {
          stopped = true;
          hangUp(channel);
          resolve("gave up");
        };
      });
      // The host ends the command itself; this is for a host that cannot any more.
      const timer = options.timeoutMs === undefined ? undefined : setTimeout(giveUp, options.timeoutMs + 4_000);
      options.signal?.addEventListener("abort", giveUp);
      try {
        const executed = execute(remoteCommand(host.ssh.user, argv, options), {
          ...(options.input === undefined ? {} : { stdin: options.input }),
          onStdout: (chunk) => chunks.push(chunk),
          onChannel: (opened) => {
            channel = opened;
            if (stopped) giveUp();
          },
        }).catch((error: unknown) => {
          throw lost(error);
        });
        const result = await Promise.race([executed, gaveUp]);
        const stdout = Buffer.concat(chunks).toString("utf8");
        if (result === "gave up") {
          executed.catch(() => {});
          options.signal?.throwIfAborted();
          throw lost(new Error(`no end of the command within ${options.timeoutMs} ms`));
        }
        if (!result.ended) throw lost(undefined);
        if (options.sudo) refuseWithoutSudo(host, result.stderr, result.exitCode);
        return { exitCode: result.exitCode, stdout, stderr: result.stderr };
      } finally {
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", giveUp);
      }
    },
    stream(argv, onLine) {
      const stdin = new PassThrough();
      const decoder = new StringDecoder("utf8");
      let channel: Channel | undefined;
      let rest = "";
      let letGo: (result: CommandResult) => void = () => {};
      const left = new Promise<CommandResult>((resolve) => {
        letGo = resolve;
      });
      const executed = execute(remoteCommand(host.ssh.user, argv), {
        stdin,
        onChannel: (opened) => {
          channel = opened;
        },
        onStdout: (chunk) => {
          const lines = (rest + decoder.write(chunk)).split("\n");
          rest = lines.pop() ?? "";
          for (const line of lines) onLine(line);
        },
      }).then(
        ({ exitCode, stderr }) => ({ exitCode, stdout: "", stderr }),
        (error: unknown) => ({ exitCode: undefined, stdout: "", stderr: lost(error).fields.message }),
      );
      const ended = Promise.race([executed, left]);
      return {
        ended,
        write(text) {
          if (!stdin.writableEnded) stdin.write(text);
        },
        async stop() {
          stdin.end();
          const timer = setTimeout(() => {
            // Not every sshd passes a signal on, so this does not wait for the command to heed it.
            hangUp(channel);
            letGo({ exitCode: undefined, stdout: "", stderr: "" });
          }, 2_000);
          await ended;
          clearTimeout(timer);
        },
      };
    },
    close() {
      // A polite end would wait for ever for the answer of a host that has died.
      socket.destroy();
    },
  };
}

function hangUp(channel: Channel | undefined): void {
  try {
    channel?.signal("TERM");
    channel?.close();
  } catch {
    // The connection under it has gone already.
  }
}

function refuseWithoutSudo(host: Host, stderr: string, exitCode: number | undefined): void {
  const missing = exitCode === 127 && /sudo['’]?: (No such file|command not found|not found)/.test(stderr);
  const refused =
    exitCode === 1 &&
    /^(sudo: (a password is required|a terminal is required)|.* is not (in the sudoers|allowed to))/m.test(stderr);
  if (!missing && !refused) return;
  throw new QuintetError({
    message: missing
      ? `sudo is not installed on ${host.name}.`
      : `The user ${host.ssh.user} may not use sudo without a password on ${host.name}.`,
    exitCode: EXIT.preflight,
    host: host.name,
    step: "become root",
    detail: stderr.trim(),
    next: missing
      ? `Install sudo on ${host.name}, or log in as root (ssh.user in stack.yml).`
      : `On ${host.name}, as root: echo '${host.ssh.user} ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-quintet`,
  });
}
