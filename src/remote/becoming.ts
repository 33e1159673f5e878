import type { Host } from "../stack/stack.ts";
import { type Become, type Becoming, judgeSudo, SUDO_PROBE, SUDO_TRY, sudoFault } from "./sudo.ts";

/** PAM waits some seconds after a wrong password, and a directory server may be slow. */
const SUDO_MS = 30_000;

/** Runs a command on the host as whoever logged in; rejects where the connection was lost. */
export type Try = (
  argv: readonly string[],
  options: { readonly timeoutMs: number; readonly stdin?: string },
) => Promise<{ readonly exitCode: number | undefined; readonly stderr: string }>;

/** How to become root on a host, if a command has to: found out when it is first needed, then known. */
export function howToBecome(host: Host, become: Become, run: Try): (sudo: boolean | undefined) => Promise<Becoming> {
  let found: Promise<Becoming> | undefined;
  return (sudo) => {
    if (!sudo || host.ssh.user === "root") return Promise.resolve({ kind: "root" });
    found ??= find();
    return found;
  };

  async function find(): Promise<Becoming> {
    const probe = await attempt(SUDO_PROBE);
    if (probe.verdict === "ok") return { kind: "free" };
    if (probe.verdict !== "password") throw sudoFault(host, probe.verdict, probe.stderr);
    const password = await become(host, async (candidate) => {
      const tried = await attempt(SUDO_TRY, `${candidate}\n`);
      if (tried.verdict === "ok") return true;
      if (tried.verdict === "wrong" || tried.verdict === "password") return false;
      throw sudoFault(host, tried.verdict, tried.stderr);
    });
    return { kind: "password", password };
  }

  async function attempt(argv: readonly string[], stdin?: string) {
    const tried = await run(argv, { timeoutMs: SUDO_MS, ...(stdin === undefined ? {} : { stdin }) });
    return { verdict: judgeSudo(tried.exitCode, tried.stderr), stderr: tried.stderr };
  }
}
