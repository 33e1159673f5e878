import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";

export interface Sshd {
  readonly port: number;
  /** As it stands in known_hosts, after the name. */
  readonly hostKey: string;
  /** How many connections were made, and how many logged in. */
  readonly counts: { connections: number; logins: number; forwards: number };
  close(): Promise<void>;
}

export interface SshdOptions {
  /** Where its host key is made. */
  readonly directory: string;
  /** The public key that may log in: the text of a .pub file. */
  readonly authorizedKey: string;
  /** What a command finds in its environment, for example a PATH with another sudo. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each connection that is to be passed on; false refuses. */
  readonly forward?: boolean;
  /** The types of host keys that it has. Default: ed25519. */
  readonly hostKeyTypes?: readonly string[];
}

/** A small sshd on the loopback: commands run on this computer, and connections are passed on as a bastion does. */
export async function startSshd(options: SshdOptions): Promise<Sshd> {
  const { directory, authorizedKey, env = {}, forward = true, hostKeyTypes = ["ed25519"] } = options;
  const name = join(directory, `host-${Math.random().toString(36).slice(2)}`);
  for (const type of hostKeyTypes) {
    execFileSync("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", `${name}-${type}`]);
  }
  const keys = hostKeyTypes.map((type) => readFileSync(`${name}-${type}`));
  const hostKey = readFileSync(`${name}-${hostKeyTypes[0]}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
  const allowed = ssh2.utils.parseKey(authorizedKey);
  if (allowed instanceof Error) throw allowed;
  const allowedKey = Array.isArray(allowed) ? allowed[0] : allowed;
  const counts = { connections: 0, logins: 0, forwards: 0 };
  const clients = new Set<ssh2.Connection>();
  const server = new ssh2.Server({ hostKeys: keys }, (client) => {
    counts.connections += 1;
    clients.add(client);
    client.on("error", () => {});
    client.on("close", () => clients.delete(client));
    client.on("authentication", (ctx) => {
      const matches = ctx.method === "publickey" && allowedKey?.getPublicSSH().equals(ctx.key.data);
      const signed =
        ctx.method === "publickey" &&
        (ctx.signature === undefined || allowedKey?.verify(ctx.blob ?? "", ctx.signature, ctx.hashAlgo) === true);
      if (matches && signed) ctx.accept();
      else ctx.reject(["publickey"]);
    });
    client.on("ready", () => {
      counts.logins += 1;
      client.on("session", (accept) => {
        accept().on("exec", (acceptExec, _, { command }) => {
          const channel = acceptExec();
          const child = spawn("sh", ["-c", command], { env: { ...process.env, ...env } });
          channel.pipe(child.stdin);
          child.stdin.on("error", () => {});
          child.stdout.pipe(channel, { end: false });
          child.stderr.pipe(channel.stderr, { end: false });
          child.on("close", (code) => {
            channel.exit(code ?? 255);
            channel.end();
          });
        });
      });
      client.on("tcpip", (accept, reject, { destIP, destPort }) => {
        counts.forwards += 1;
        if (!forward) return reject();
        const socket = connect({ host: destIP, port: destPort });
        socket.once("error", () => reject());
        socket.once("connect", () => {
          const channel = accept();
          socket.removeAllListeners("error").on("error", () => channel.destroy());
          channel.on("error", () => socket.destroy()).on("close", () => socket.destroy());
          channel.pipe(socket).pipe(channel);
        });
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    hostKey,
    counts,
    close: async () => {
      for (const client of clients) client.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
