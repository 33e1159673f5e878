import { hostsOf } from "../../stack/stack.ts";
import type { Check } from "../context.ts";
import { BACKUPS } from "../look/questions.ts";
import { judged, judgeLooks } from "./of-hosts.ts";

/** One a day, and one of them may be late or fail. */
const MOST_HOURS = 48;

export const backupAge: Check = {
  id: "backup-age",
  tier: "database",
  title: "The newest backup is not old",
  fix: "Make one, and see why the last ones were not made: systemctl list-timers and the journal of what makes them.",
  run(context) {
    const expected = `one of the last ${MOST_HOURS} hours, not empty`;
    return judgeLooks(context, hostsOf(context, "database"), "backup", expected, ({ backup }) => {
      if (backup === null || backup === undefined) {
        return { status: "skipped", expected, actual: `there is no backup in ${BACKUPS}` };
      }
      const hours = Math.round(backup.ageSeconds / 3600);
      const passed = backup.ageSeconds <= MOST_HOURS * 3600 && backup.bytes > 0;
      return judged(passed, expected, `${backup.file} is ${hours} hours old, ${backup.bytes} bytes`);
    });
  },
};
