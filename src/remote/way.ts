import { once } from "node:events";
import net from "node:net";
import type { Duplex } from "node:stream";
import { execa } from "execa";
import type { SshTarget } from "../stack/stack.ts";
import { onProcessExit } from "./exit-hooks.ts";
import { type WayOptions, wayArgv } from "./way-argv.ts";

export interface OpenWayOptions extends Omit<WayOptions, "connectTimeout"> {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /** SSH_AUTH_SOCK for the ssh of a bastion; undefined: this process's own. */
  readonly agentSocket: string | undefined;
}

/** The way to a target's sshd: a TCP connection, or a program (ssh to a bastion, most often) that leads there. */
export interface Way {
  readonly stream: Duplex;
  /** What the program said on standard error; waits a moment for it to end. undefined: there is no program. */
  said(): Promise<string | undefined>;
  /** Nothing of it is left. It is ours because ssh2 does not let go of a host that died half-way through the goodbye. */
  destroy(): void;
}

export async function openWay(target: SshTarget, options: OpenWayOptions): Promise<Way> {
  // The bastion is to give up before we do, so that it can say why.
  const connectTimeout = Math.max(1, Math.floor(options.timeoutMs / 2000));
  const argv = wayArgv(target, { ...options, connectTimeout });
  return argv === undefined ? straight(target, options) : through(argv, options);
}

async function straight({ address, ssh }: SshTarget, { timeoutMs, signal }: OpenWayOptions): Promise<Way> {
  // Without noDelay each small packet waits for the acknowledgement of the one before it: 40 ms, several times a command.
  const socket = net.connect({ host: ssh.route?.hostname ?? address, port: ssh.port, noDelay: true });
  const destroy = () => void socket.destroy();
  const late = Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: "ETIMEDOUT" });
  const timer = setTimeout(() => socket.destroy(late), timeoutMs);
  try {
    await once(socket, "connect", signal === undefined ? {} : { signal });
  } catch (error) {
    destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return { stream: socket, destroy, said: async () => undefined };
}

async function through(argv: readonly string[], { agentSocket }: OpenWayOptions): Promise<Way> {
  const [file = "", ...words] = argv;
  const child = execa(file, words, {
    stdin: "pipe",
    buffer: { stdout: false },
    maxBuffer: { stderr: 64 * 1024 },
    reject: false,
    encoding: "buffer",
    env: {
      SSH_ASKPASS_REQUIRE: "never",
      LC_ALL: "C.UTF-8",
      ...(agentSocket === undefined ? {} : { SSH_AUTH_SOCK: agentSocket }),
    },
    // A group of its own: the terminal's Ctrl-C does not reach it, so that we end it in order, with all that it started.
    detached: true,
  });
  let over = false;
  const end = () => {
    if (child.pid === undefined || over) return;
    try {
      process.kill(-child.pid, "SIGTERM");
    } catch {
      // It ended just now.
    }
  };
  const takeBack = onProcessExit(end);
  const ended = child.then((result) => {
    over = true;
    takeBack();
    const text = Buffer.from(result.stderr ?? "")
      .toString("utf8")
      .trim();
    return result.exitCode === undefined && text === "" && !result.isTerminated ? (result.shortMessage ?? "") : text;
  });
  const stream = child.duplex({ binary: true });
  // ssh2 hears of the end; why it ended is asked of said().
  stream.on("error", () => {});
  const destroy = () => {
    end();
    stream.destroy();
  };
  return {
    stream,
    destroy,
    async said() {
      const timer = setTimeout(end, 500);
      return ended.finally(() => clearTimeout(timer));
    },
  };
}
