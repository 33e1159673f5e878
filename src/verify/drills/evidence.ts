import type { Mark } from "../../report/schema.ts";
import type { HolderSample } from "../holder-samples.ts";
import type { LoadRecord } from "../load/load.ts";

/** Acknowledged writes, and what reading every one of them back gave. */
export interface Written {
  readonly acknowledged: number;
  readonly missing: readonly string[];
  readonly doubled: readonly string[];
  /** Neither found nor missing: the site gave no clear answer in time. */
  readonly unread: readonly string[];
}

export interface Away {
  readonly host: string;
  readonly from: number;
  readonly to: number;
}

/** All that was seen in a drill. Moments are milliseconds of this computer's monotonic clock. */
export interface Evidence {
  /** Every request of the load. */
  readonly records: readonly LoadRecord[];
  readonly samples: readonly HolderSample[];
  /** The time of day when the load began. */
  readonly startedOn: Date;
  /** When the load began, and when the last request was due. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** The moment just before something was broken. */
  readonly injectedAt: number;
  /** When it was whole again by us; undefined: nothing was to repair. */
  readonly repairedAt: number | undefined;
  /** When every server was back in its pool; undefined: not within the limit. */
  readonly redundantAt: number | undefined;
  /** The hosts that were broken. */
  readonly hosts: readonly string[];
  /** When a host could say nothing of itself, because it had no power or was being rebooted. */
  readonly away: readonly Away[];
  /** The balancers, each of which is to be sampled all through. */
  readonly balancers: readonly string[];
  /** undefined: the stack says no place for writes. */
  readonly written: Written | undefined;
  /** Such as when a balancer saw that a server was gone; `at` on the monotonic clock. */
  readonly seen: readonly Mark[];
}
