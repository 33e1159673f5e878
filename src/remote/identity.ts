import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { EXIT, QuintetError } from "../errors.ts";
import type { Host } from "../stack/stack.ts";

/** Where this computer keeps what ssh logs in with. */
export interface LocalSsh {
  readonly home: string;
  /** SSH_AUTH_SOCK */
  readonly agentSocket: string | undefined;
}

export interface Credentials {
  /** Private keys without a passphrase, in the order to try. */
  readonly keys: readonly string[];
  /** The agent's socket, where an agent is to be asked. */
  readonly agent: string | undefined;
}

const DEFAULT_KEYS = ["id_ed25519", "id_ecdsa", "id_rsa"];

/** What to log in with, as ssh chooses: the identity that the stack names, else the agent and the default keys. */
export async function credentialsFor(host: Host, local: LocalSsh): Promise<Credentials> {
  const agent = (await answers(local.agentSocket)) ? local.agentSocket : undefined;
  const fault = (message: string, next: string, detail?: string) =>
    new QuintetError({
      message,
      exitCode: EXIT.preflight,
      host: host.name,
      step: "read the SSH key",
      ...(detail === undefined ? {} : { detail }),
      next,
    });
  if (host.ssh.identity !== undefined) {
    const path = host.ssh.identity;
    const key = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      const missing = error.code === "ENOENT";
      throw fault(
        missing ? `The SSH key ${path} does not exist.` : `The SSH key ${path} cannot be read.`,
        "Set ssh.identity in stack.yml to your private key.",
        error.message,
      );
    });
    if (!key.includes("PRIVATE KEY-----")) {
      throw fault(`${path} is not a private SSH key.`, "Set ssh.identity in stack.yml to your private key.");
    }
    if (!isEncrypted(key)) return { keys: [key], agent: undefined };
    if (agent !== undefined) return { keys: [], agent };
    throw fault(
      `The SSH key ${path} has a passphrase, and no SSH agent is running.`,
      `Load it into an agent: eval "$(ssh-agent)" && ssh-add ${path}`,
    );
  }
  const paths = DEFAULT_KEYS.map((name) => join(local.home, ".ssh", name));
  const found = await Promise.all(paths.map((path) => readFile(path, "utf8").catch(() => undefined)));
  const keys = found.filter((key) => key !== undefined && !isEncrypted(key)) as string[];
  if (agent === undefined && keys.length === 0) {
    throw fault(
      `There is no SSH key to log in to ${host.name} with.`,
      "Make one (ssh-keygen -t ed25519), load yours into an agent (ssh-add), or set ssh.identity in stack.yml.",
      `looked for: an SSH agent, ${paths.join(", ")}`,
    );
  }
  return { keys, agent };
}

/** Whether a private key file needs a passphrase. */
function isEncrypted(key: string): boolean {
  const openssh = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]*?)-----END/.exec(key)?.[1];
  if (openssh === undefined) return key.includes("ENCRYPTED");
  const magic = "openssh-key-v1\0";
  const bytes = Buffer.from(openssh, "base64");
  if (bytes.length < magic.length + 4) return false;
  const length = bytes.readUInt32BE(magic.length);
  return bytes.toString("latin1", magic.length + 4, magic.length + 4 + length) !== "none";
}

/** An agent that has gone leaves its socket's name behind; ssh2 takes that for a failed login. */
async function answers(socketPath: string | undefined): Promise<boolean> {
  if (socketPath === undefined || socketPath === "") return false;
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}
