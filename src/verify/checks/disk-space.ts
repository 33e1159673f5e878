import { sshForSudo } from "../../preflight/finding.ts";
import type { Check } from "../context.ts";
import type { Disk } from "../look/look.ts";
import { type Judged, judged, judgeLooks } from "./of-hosts.ts";

/** A share of a small disk is soon used up, one of a large disk is not: both have to be short. */
const FAIL = { share: 0.05, bytes: 5 * 2 ** 30 };
const WARN = { share: 0.15, bytes: 20 * 2 ** 30 };

export const diskSpace: Check = {
  id: "disk-space",
  tier: "loadbalancer",
  title: "Disks have space and inodes left",
  fix: "Find what is large: sudo du --one-file-system --human-readable --max-depth=2 / | sort --human-numeric-sort",
  ofEveryTier: true,
  run: (context) =>
    judgeLooks(context, context.hosts, "disks", EXPECTED, ({ disks = [] }, host) => {
      const verdict = judgeDisks(disks);
      const [first] = disks.filter((disk) => shortOf(disk, FAIL) !== undefined);
      const command = `sudo du --one-file-system --human-readable --max-depth=2 ${first?.path ?? "/"}`;
      return {
        ...verdict,
        fix: `Free some space; what is large, says: ${sshForSudo(host)} ${command}`,
        ...(verdict.warning === undefined ? {} : { warning: `${host.name}: ${verdict.warning}` }),
      };
    }),
};

const EXPECTED = "5 % or 5 GiB of space and 5 % of the inodes free, and writable";

/** Pure. */
export function judgeDisks(disks: readonly Disk[]): Judged {
  if (disks.length === 0) return judged(false, EXPECTED, "no file system was found");
  const wrong = disks.flatMap((disk) => {
    const why = disk.readOnly ? "is mounted read-only" : shortOf(disk, FAIL);
    return why === undefined ? [] : [`${disk.path} ${why}`];
  });
  if (wrong.length > 0) return judged(false, EXPECTED, wrong.join(", "));
  const soon = disks.flatMap((disk) => {
    const why = shortOf(disk, WARN);
    return why === undefined ? [] : [`${disk.path} ${why}`];
  });
  const [fullest] = [...disks].sort((one, other) => one.free / one.bytes - other.free / other.bytes);
  const actual = fullest === undefined ? "" : `least on ${fullest.path}: ${percent(fullest.free, fullest.bytes)} free`;
  return { ...judged(true, EXPECTED, actual), ...(soon.length === 0 ? {} : { warning: `${soon.join(", ")}.` }) };
}

function shortOf({ bytes, free, inodes, freeInodes }: Disk, limit: typeof FAIL): string | undefined {
  if (free < bytes * limit.share && free < limit.bytes) {
    return `has ${percent(free, bytes)} of its space free (${Math.floor(free / 2 ** 20)} MiB)`;
  }
  return inodes > 0 && freeInodes < inodes * limit.share
    ? `has ${percent(freeInodes, inodes)} of its inodes free`
    : undefined;
}

function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / Math.max(1, whole))} %`;
}
