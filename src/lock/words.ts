import { EXIT, type QuintetErrorFields } from "../errors.ts";
import { shown } from "../stack/faults.ts";
import type { Holder } from "./claim.ts";
import type { DirectoryHolder } from "./directory.ts";
import { EXPIRY_SECONDS } from "./script.ts";

/** Who holds a lock, since when and for what: `dora@laptop has it since 12:03:07 UTC (4 min 5 s) for quintet apply`. */
export function holderText({ claim, heldMs, silentMs }: Holder, now: Date): string {
  const who = claim === undefined ? "somebody unknown" : `${shown(claim.user)}@${shown(claim.computer)}`;
  const since = heldMs === undefined ? "" : ` since ${timeOfDay(now.getTime() - heldMs)} (${span(heldMs)})`;
  const what = claim === undefined ? "" : ` for ${shown(claim.command)}`;
  const sign = silentMs === undefined ? "" : `, last sign of life ${span(silentMs)} ago`;
  return `${who} has it${since}${what}${sign}`;
}

/** Another run has the lock. `command`: the one that was to run, to be typed again. */
export function heldError(host: string, holder: Holder, now: Date, command: string): QuintetErrorFields {
  return {
    message: `Another run holds the lock on ${host}: ${holderText(holder, now)}.`,
    exitCode: EXIT.locked,
    host,
    step: "Take the lock",
    next: `If that run is dead, its lock is free ${EXPIRY_SECONDS} s after its last sign of life. ${wait(command)}`,
  };
}

/** Another run of this computer works in the stack directory. */
export function directoryHeldError(
  directory: string,
  holder: DirectoryHolder,
  now: Date,
  command: string,
): QuintetErrorFields {
  const process = holder.pid === undefined ? "" : ` (process ${holder.pid})`;
  return {
    message: `Another run is at work in ${directory}: ${holderText(holder, now)}${process}.`,
    exitCode: EXIT.locked,
    step: "Lock the stack directory",
    next: `It may be waiting for somebody's answer. ${wait(command)}`,
  };
}

/** A command comes last, so that nothing behind it is pasted with it. */
function wait(command: string): string {
  return `Wait for its end: ${command.includes(" --lock-wait ") ? command : `${command} --lock-wait 10m`}`;
}

/** The lock went while the work ran, so the work was ended. */
export function lostError(host: string, why: string, command: string): QuintetErrorFields {
  return {
    message: `The lock on ${host} was lost, so this run was stopped: ${why}.`,
    exitCode: EXIT.locked,
    host,
    step: "Keep the lock",
    next: `See that no other run is at work and that ${host} can be reached. It goes on where this run ended: ${command}`,
  };
}

function timeOfDay(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) < 8e15 ? `${new Date(ms).toISOString().slice(11, 19)} UTC` : "long ago";
}

function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(" ");
}
