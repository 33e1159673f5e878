import type { Session } from "../remote/session.ts";
import type { Host } from "../stack/stack.ts";
import { type Finding, fault, listedNames, sshForSudo, warning } from "./finding.ts";

/** How far a host's clock is ahead of this computer's, and by how much that may be wrong: half of the round trip. */
export interface Clock {
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
}

/** Certificates, signed package lists and the order of log lines go wrong by then. */
const FAULT_MS = 30_000;
const WARNING_MS = 2_000;

/** The host's time, asked for on the connection that is open already; undefined where it could not say. */
export async function measureClock(session: Session, now: () => Date, signal: AbortSignal): Promise<Clock | undefined> {
  const before = now().getTime();
  const { stdout } = await session.run(["date", "+%s%3N"], { timeoutMs: 10_000, signal });
  const after = now().getTime();
  const theirs = stdout.trim().split("\n").at(-1) ?? "";
  if (!/^\d{12,14}$/.test(theirs)) return undefined;
  return {
    offsetMs: Math.round(Number(theirs) - (before + after) / 2),
    uncertaintyMs: Math.ceil((after - before) / 2),
  };
}

/** Clocks against this computer's, and against each other. Pure. */
export function judgeClocks(clocks: readonly { readonly host: Host; readonly clock: Clock }[]): Finding[] {
  const off = clocks.map((one) => ({ ...one, level: levelOf(one.clock.offsetMs, one.clock.uncertaintyMs) }));
  const bad = off.filter(({ level }) => level !== undefined);
  const offsets = clocks.map(({ clock }) => clock.offsetMs);
  const spread = Math.max(...offsets) - Math.min(...offsets);
  const worst = bad.some(({ level }) => level === "fault") ? fault : warning;
  // Several that agree with each other are more likely right than this one computer.
  if (clocks.length > 1 && bad.length === clocks.length && spread < WARNING_MS) {
    const by = seconds(-(offsets[0] ?? 0));
    const message = `This computer's clock is ${by} all ${clocks.length} hosts, which agree with each other.`;
    return [worst(undefined, message, "Set this computer's clock, for example: sudo timedatectl set-ntp true")];
  }
  if (bad.length > 0) {
    return bad.map(({ host, clock, level }) =>
      (level === "fault" ? fault : warning)(
        host,
        `The clock of ${host.name} is ${seconds(clock.offsetMs)} this computer's.`,
        `${sshForSudo(host)} sudo timedatectl set-ntp true (package systemd-timesyncd or chrony)`,
      ),
    );
  }
  const [first, last] = [...clocks].sort((one, other) => one.clock.offsetMs - other.clock.offsetMs).filter(isEnd);
  if (first === undefined || last === undefined) return [];
  const level = levelOf(spread, first.clock.uncertaintyMs + last.clock.uncertaintyMs);
  if (level === undefined) return [];
  const names = listedNames([first.host.name, last.host.name]);
  const message = `The clocks of ${names} differ by ${(spread / 1000).toFixed(1)} s.`;
  const next = `Let both set them by the network, for example: ${sshForSudo(last.host)} sudo timedatectl set-ntp true`;
  return [(level === "fault" ? fault : warning)(undefined, message, next)];
}

function isEnd(_: unknown, index: number, all: readonly unknown[]): boolean {
  return index === 0 || index === all.length - 1;
}

function levelOf(offsetMs: number, uncertaintyMs: number): Finding["kind"] | undefined {
  const sure = Math.abs(offsetMs) - uncertaintyMs;
  return sure > FAULT_MS ? "fault" : sure > WARNING_MS ? "warning" : undefined;
}

/** "12.0 s ahead of", "3.5 s behind". */
function seconds(offsetMs: number): string {
  return `${(Math.abs(offsetMs) / 1000).toFixed(1)} s ${offsetMs > 0 ? "ahead of" : "behind"}`;
}
