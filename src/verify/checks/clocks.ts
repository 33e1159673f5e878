import { sshForSudo } from "../../preflight/finding.ts";
import type { Host } from "../../stack/stack.ts";
import type { Check } from "../context.ts";
import type { HostLook } from "../look/look.ts";
import { judged, judgeLooks } from "./of-hosts.ts";

/** Beyond that, log lines of two hosts are in the wrong order, and what lasts for seconds ends too soon. */
const MOST_MS = 2_000;

export const clocks: Check = {
  id: "clocks",
  tier: "loadbalancer",
  title: "Clocks agree",
  fix: "Let the host set its clock by the network: sudo timedatectl set-ntp true (package systemd-timesyncd or chrony)",
  ofEveryTier: true,
  async run(context) {
    const { hosts } = context;
    const seen = await Promise.all(
      hosts.map(async (host) => ({ host, look: await context.look(host.name).catch(() => undefined) })),
    );
    const known = seen.flatMap(({ host, look }) => (look === undefined ? [] : [{ host, clock: look.clock }]));
    const { base, warning } = baseOf(known);
    const findings = await judgeLooks(context, hosts, undefined, EXPECTED, ({ clock }, host) =>
      judgeClock(clock, base, host),
    );
    const [first, ...rest] = findings;
    return first === undefined || warning === undefined ? findings : [{ ...first, warning }, ...rest];
  },
};

const EXPECTED = `${MOST_MS / 1000} s apart at most`;

/** What the hosts are compared with: this computer, unless they all agree with each other that it is wrong. Pure. */
export function baseOf(known: readonly { readonly host: Host; readonly clock: HostLook["clock"] }[]): {
  readonly base: number;
  readonly warning?: string;
} {
  const offsets = known.map(({ clock }) => clock.offsetMs).sort((one, other) => one - other);
  const [least = 0, most = 0] = [offsets[0], offsets.at(-1)];
  const off = known.every(({ clock }) => Math.abs(clock.offsetMs) - clock.uncertaintyMs > MOST_MS);
  if (known.length < 2 || !off || most - least > MOST_MS) return { base: 0 };
  const base = offsets[Math.floor(offsets.length / 2)] ?? 0;
  const by = `${(Math.abs(base) / 1000).toFixed(1)} s ${base > 0 ? "behind" : "ahead of"}`;
  return { base, warning: `This computer's clock is ${by} the hosts, which agree with each other.` };
}

function judgeClock({ offsetMs, uncertaintyMs }: HostLook["clock"], base: number, host: Host) {
  const off = offsetMs - base;
  const actual = `${off < 0 ? "" : "+"}${off} ms, give or take ${uncertaintyMs}`;
  const fix = `${sshForSudo(host)} sudo timedatectl set-ntp true (package systemd-timesyncd or chrony)`;
  return { ...judged(Math.abs(off) - uncertaintyMs <= MOST_MS, EXPECTED, actual), fix };
}
