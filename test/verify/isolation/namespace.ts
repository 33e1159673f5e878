import { type CommandResult, runCommand } from "../../../src/command.ts";
import type { Session } from "../../../src/remote/session.ts";
import { fiveHosts } from "../stack.ts";

/** A network of its own, with loopback alone; whatever is started there ends with it. */
const NAMESPACE = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--"];

/**
 * Why tests cannot have such networks here; undefined: they can. In CI always undefined, so that there they run, and
 * fail.
 */
export async function whyNoNamespace(): Promise<string | undefined> {
  if (process.env["CI"]) return undefined;
  const { exitCode, stderr } = await inNamespace("nft list ruleset", ["true"]);
  return exitCode === 0 ? undefined : `needs a network of its own: ${stderr.trim().split("\n").at(-1)}`;
}

/** Runs a command there, after a shell script that sets the network up. */
export function inNamespace(setup: string, argv: readonly string[], input?: string): Promise<CommandResult> {
  const script = `PATH="$PATH:/usr/sbin:/sbin"; ip link set lo up; { ${setup}\n} >/dev/null; exec "$@"`;
  return runCommand([...NAMESPACE, "sh", "-ec", script, "sh", ...argv], {
    timeoutMs: 25_000,
    ...(input === undefined ? {} : { input }),
  });
}

/** A host whose commands run there. */
export function sessionIn(setup: string): Session {
  const [host] = fiveHosts("/srv/shop").hosts;
  if (host === undefined) throw new Error("no host");
  return {
    host,
    run: (argv, { input } = {}) => inNamespace(setup, argv, input),
    stream: () => {
      throw new Error("nothing is streamed here");
    },
    attach: async () => undefined,
    close: () => {},
  };
}

/** Has a port listened on from when the command returns. */
export function listenOn(address: string, port: number): string {
  const program = `import os, socket, time
s = socket.socket(socket.AF_INET6 if ":" in "${address}" else socket.AF_INET)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("${address}", ${port}))
s.listen()
os.fork() and os._exit(0)
time.sleep(60)`;
  return `python3 -c '${program}' </dev/null >/dev/null 2>&1`;
}
