import { PassThrough, Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";
import type { NodeSSH, SSHExecCommandOptions } from "node-ssh";
import type { ClientChannel } from "ssh2";
import type { CommandResult } from "../command.ts";
import { EXIT, QuintetError } from "../errors.ts";
import type { Host } from "../stack/stack.ts";
import { howToBecome } from "./becoming.ts";
import { quoteArgv } from "./quote.ts";
import { type Become, type Becoming, sudoWords } from "./sudo.ts";

export interface RunOptions {
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** The same, as it comes. */
  readonly source?: Readable;
  /** The command is ended on the host after this long; exit code 124. Bounds the wait for a host that died, too. */
  readonly timeoutMs?: number;
  /** Run as root. A user who cannot become root is a QuintetError. */
  readonly sudo?: boolean;
  readonly signal?: AbortSignal;
}

type StreamOptions = Pick<RunOptions, "sudo">;

/** A long-running command on a host. */
export interface RemoteStream {
  /** Never rejects. exitCode is undefined when it was stopped or the connection was lost. */
  readonly ended: Promise<CommandResult>;
  /** To its standard input; nothing happens once it was stopped. */
  write(text: string): void;
  /** Closes its standard input, on which the command is to end, and waits for that; after 2 s lets go of it. */
  stop(): Promise<void>;
}

interface AttachedTo {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

/** One SSH connection. sshd runs ten commands at once on it (MaxSessions). */
export interface Session {
  readonly host: Host;
  /** A failing command is a result; a lost connection or missing sudo is a QuintetError. */
  run(argv: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** onLine gets each line of standard output as it arrives. */
  stream(argv: readonly string[], onLine: (line: string) => void, options?: StreamOptions): RemoteStream;
  /** As root, connected to the user's own terminal, or to pipes. Returns the exit code. */
  attach(argv: readonly string[], console: AttachedTo, signal: AbortSignal): Promise<number | undefined>;
  /** Ends the connection; never fails. */
  close(): void;
}

export interface LiveSession extends Session {
  /** Whether the connection is there, as far as is known. */
  isOpen(): boolean;
}

interface Channel {
  signal(name: string): void;
  close(): void;
}

/** The command line that the login shell gets. Messages are in English and text is UTF-8 wherever the host stands. */
export function remoteCommand(
  argv: readonly string[],
  options: Pick<RunOptions, "timeoutMs"> = {},
  becoming: Becoming["kind"] = "root",
): string {
  const timeout =
    options.timeoutMs === undefined ? [] : ["timeout", "-k", "2", String(Math.max(0.001, options.timeoutMs / 1000))];
  return quoteArgv(["env", "LC_ALL=C.UTF-8", ...sudoWords(becoming), ...timeout, ...argv]);
}

export interface SessionWorld {
  /** Ends the way under the connection. */
  readonly destroy: () => void;
  /** Asked once, and only where sudo wants a password. */
  readonly become: Become;
}

export function openSession(host: Host, ssh: NodeSSH, { destroy, become }: SessionWorld): LiveSession {
  // node-ssh stops listening once it is connected, and an error that nobody hears would end the process.
  ssh.connection?.on("error", () => {}).setMaxListeners(0);

  let open = true;

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

  const becoming = howToBecome(host, become, async (argv, { timeoutMs, ...stdin }) => {
    const tried = await execute(remoteCommand(argv, { timeoutMs }), { ...stdin, onStdout: () => {} }).catch(
      (error: unknown) => {
        throw lost(error);
      },
    );
    if (!tried.ended) throw lost(undefined);
    return tried;
  });

  return {
    host,
    async run(argv, options = {}) {
      options.signal?.throwIfAborted();
      const root = await becoming(options.sudo);
      options.signal?.throwIfAborted();
      const input = withPassword(root, options.source ?? options.input);
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
        const executed = execute(remoteCommand(argv, options, root.kind), {
          ...(input === undefined ? {} : { stdin: input }),
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
        return { exitCode: result.exitCode, stdout, stderr: result.stderr };
      } finally {
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", giveUp);
      }
    },
    stream(argv, onLine, options = {}) {
      const stdin = new PassThrough();
      const decoder = new StringDecoder("utf8");
      let channel: Channel | undefined;
      let rest = "";
      let letGo: (result: CommandResult) => void = () => {};
      const left = new Promise<CommandResult>((resolve) => {
        letGo = resolve;
      });
      const start = async () => {
        const root = await becoming(options.sudo);
        // What was written to stdin meanwhile comes after it.
        const whole = root.kind === "password" ? PassThrough.from(after(`${root.password}\n`, stdin)) : stdin;
        return execute(remoteCommand(argv, {}, root.kind), {
          stdin: whole,
          onChannel: (opened) => {
            channel = opened;
          },
          onStdout: (chunk) => {
            const lines = (rest + decoder.write(chunk)).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) onLine(line);
          },
        }).catch((error: unknown) => {
          throw lost(error);
        });
      };
      const executed = start().then(
        ({ exitCode, stderr }) => ({ exitCode, stdout: "", stderr }),
        (error: unknown) => ({
          exitCode: undefined,
          stdout: "",
          stderr: error instanceof QuintetError ? error.message : String(error),
        }),
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
    async attach(argv, { stdin, stdout, stderr }, signal) {
      const root = await becoming(true);
      const terminal = stdin.isTTY && stdout.isTTY;
      // Where sudo reads a password from standard input, a terminal there would show it.
      const pty = terminal && root.kind !== "password";
      const size = { rows: stdout.rows ?? 24, cols: stdout.columns ?? 80 };
      const command = remoteCommand(argv, {}, root.kind);
      const client = ssh.connection;
      if (!client) throw lost(undefined);
      const channel = await new Promise<ClientChannel>((resolve, reject) => {
        const term = { term: process.env["TERM"] ?? "xterm", ...size };
        client.exec(command, pty ? { pty: term } : {}, (error, opened) =>
          error ? reject(lost(error)) : resolve(opened),
        );
      });
      const resize = () => channel.setWindow(stdout.rows, stdout.columns, 0, 0);
      const hang = () => channel.close();
      if (root.kind === "password") channel.write(`${root.password}\n`);
      if (pty) {
        stdin.setRawMode(true);
        stdout.on("resize", resize);
      }
      signal.addEventListener("abort", hang);
      try {
        stdin.pipe(channel);
        channel.pipe(stdout, { end: false });
        channel.stderr.pipe(stderr, { end: false });
        return await new Promise<number | undefined>((resolve) => {
          let code: number | undefined;
          channel.on("exit", (given: number | null) => {
            code = given ?? undefined;
          });
          channel.on("close", () => resolve(code));
        });
      } finally {
        signal.removeEventListener("abort", hang);
        stdout.removeListener("resize", resize);
        stdin.unpipe(channel);
        if (pty) stdin.setRawMode(false);
        stdin.pause();
      }
    },
    isOpen: () => open && ssh.isConnected(),
    close() {
      open = false;
      // A polite end would wait for ever for the answer of a host that has died.
      destroy();
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

function withPassword(root: Becoming, input: string | Readable | undefined): string | Readable | undefined {
  if (root.kind !== "password") return input;
  if (input instanceof Readable) return Readable.from(after(`${root.password}\n`, input));
  return `${root.password}\n${input ?? ""}`;
}

async function* after(first: string, rest: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  yield Buffer.from(first);
  yield* rest;
}
