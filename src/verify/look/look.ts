import type { Session } from "../../remote/session.ts";
import type { Clock } from "../clock.ts";
import type { Questions, ReadFile } from "./questions.ts";
import { LOOK } from "./script.ts";

interface Unit {
  readonly unit: string;
  /** systemd's ActiveState and UnitFileState. */
  readonly active: string;
  readonly enabled: string;
}

export interface Disk {
  /** One path that is on it. */
  readonly path: string;
  readonly bytes: number;
  readonly free: number;
  /** 0: the file system counts none. */
  readonly inodes: number;
  readonly freeInodes: number;
  readonly readOnly: boolean;
}

/** A section that is missing was not asked for, or is in `errors`. */
export interface Answers {
  readonly errors: Partial<Record<keyof Questions, string>>;
  readonly failed?: readonly string[];
  readonly units?: readonly Unit[];
  /** null: nobody wrote down what the unit has loaded. */
  readonly loaded?: readonly (ReadFile & { readonly loaded: boolean | null })[];
  readonly filterConfirmed?: boolean;
  readonly disks?: readonly Disk[];
  readonly backup?: { readonly file: string; readonly ageSeconds: number; readonly bytes: number } | null;
  readonly database?: {
    readonly requiresTls: boolean;
    readonly accounts: readonly { readonly from: string; readonly requiresTls: boolean }[];
  };
  /** `expires`: seconds since 1970. */
  readonly handshake?: { readonly version: string; readonly protocol: string; readonly expires: number };
}

/** What was found out about a host in one look. */
export interface HostLook extends Answers {
  /** How far the host's clock is ahead of this computer's, and by how much that may be wrong. */
  readonly clock: { readonly offsetMs: number; readonly uncertaintyMs: number };
}

/** One SSH command. A host that does not answer throws. */
export async function lookAt(
  session: Session,
  questions: Questions,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<HostLook> {
  const before = clock.now().getTime();
  const result = await session.run(["python3", "-c", LOOK], {
    input: JSON.stringify(questions),
    sudo: true,
    timeoutMs: 30_000,
    signal,
  });
  const after = clock.now().getTime();
  if (result.exitCode !== 0) {
    throw new Error(`it could not be looked at: ${result.stderr.trim().split("\n").at(-1) || "no answer in time"}`);
  }
  const { began, ended, ...answers } = JSON.parse(result.stdout) as Answers & { began: number; ended: number };
  return { ...answers, clock: clockOf(before, began * 1000, ended * 1000, after) };
}

/** As NTP does it: what the host took for the work itself is not part of the doubt. */
export function clockOf(before: number, began: number, ended: number, after: number): HostLook["clock"] {
  return {
    offsetMs: Math.round((began - before + (ended - after)) / 2),
    uncertaintyMs: Math.ceil(Math.max(0, after - before - (ended - began)) / 2),
  };
}
