import { describe, expect, test } from "vitest";
import type { DrillId } from "../../src/stack/drill-ids.ts";
import { drilled } from "./drilled.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { meanwhile } from "./shared.ts";

const reason = await whyNoMachines();

/** A stack that is broken on purpose. Scripts run as root; a restore also follows a reboot. */
interface Spoiled {
  readonly on: readonly string[];
  readonly spoil: string;
  readonly restore: string;
}

const BALANCERS = ["web1", "web2"];
const APPS = ["app1", "app2"];

/** A file with other lines than it should have, and whoever has to read it anew. */
function edited(on: readonly string[], file: string, sed: string, apply: string): Spoiled {
  return {
    on,
    spoil: `cp -p ${file} ${file}.kept; sed -i '${sed}' ${file}; ! cmp -s ${file} ${file}.kept; ${apply}`,
    restore: `[ ! -e ${file}.kept ] || mv ${file}.kept ${file}; ${apply}`,
  };
}
const haproxy = (sed: string) => edited(BALANCERS, "/etc/haproxy/haproxy.cfg", sed, "systemctl reload haproxy");
const keepalived = (sed: string) =>
  edited(BALANCERS, "/etc/keepalived/keepalived.conf", sed, "systemctl reload keepalived");
const application = (file: string, sed: string) =>
  edited(APPS, `$(readlink -f /srv/app/current/artifact)/${file}`, sed, "systemctl restart app");

function setting(on: readonly string[], unit: string, ...lines: readonly string[]): Spoiled {
  const directory = `/run/systemd/system/${unit}.service.d`;
  return {
    on,
    spoil: `mkdir -p ${directory}
cat >${directory}/zz-judge.conf <<'END'
[Service]
${lines.join("\n")}
END
systemctl daemon-reload`,
    restore: `rm -f ${directory}/zz-judge.conf; systemctl daemon-reload
systemctl reset-failed ${unit} 2>/dev/null || :; systemctl start ${unit}`,
  };
}

/** Stops the world of HAProxy for a moment, where a reload should not be felt. */
const PAUSE = `for signal in STOP CONT; do for process in $$(grep -slx haproxy /proc/[0-9]*/comm); do kill -$$signal $$(echo $$process | cut -d / -f 3); done; sleep 0.8; done`;

const slowAdverts = keepalived("s/advert_int .*/advert_int 1/");
const preemption = keepalived("/nopreempt/d");
const noLook = keepalived(
  's|script "/etc/keepalived/haproxy-answers.*|script "/usr/bin/true"|; /^    track_file {/,/}/d',
);
const noRetries = haproxy("s/retries 2/retries 0/; /option redispatch/d; s/retry-on .*/retry-on none/");
const rareChecks = haproxy("s/inter 1000ms fastinter 300ms downinter 500ms/inter 60s/");
const noPage = haproxy("/errorfile 503/d");
const wrongPage: Spoiled = {
  on: BALANCERS,
  spoil: "sed -i.kept 's/^HTTP.*/HTTP\\/1.1 200 OK/' /etc/haproxy/errors/maintenance.http; systemctl reload haproxy",
  restore:
    "cd /etc/haproxy/errors; [ ! -e maintenance.http.kept ] || mv maintenance.http.kept maintenance.http; systemctl reload haproxy",
};
/** What the application says is stored, it stores a second later. */
const hasty = application(
  "entries.js",
  's|await query("INSERT INTO writes (id) VALUES (?)", .id., AGAIN);|setTimeout(() => query("INSERT INTO writes (id) VALUES (?)", [id], AGAIN).catch(() => {}), 1000);|',
);
/** Once without its database, the application sulks for half a minute. */
const sulking = application(
  "database.js",
  's|^    async query(.*|&\\n      if (Date.now() < (globalThis.sulksUntil ?? 0)) throw new Unavailable("lost");|; s|^      } catch (error) {|&\\n        globalThis.sulksUntil = Date.now() + 30_000;|',
);
const FAILED = /^\d+ requests? that only read failed, 0 at most$/;
const SLOW = /^no answer for \d+ ms, \d+ at most$/;
const STAYS = /^the other balancer did not take the virtual IP within 30 s$/;
const NOT_BACK = /^it did not come back by itself: on \w+, (haproxy|keepalived|app)\.service is failed$/;
const ALL_WELL = /is not answered with the maintenance page: its status is 200, not 503$/;
const LOST = /^\d+ acknowledged writes? missing: /;

/** What the same fault brings along besides, here and there. */
const BUSY = /this computer was too busy$/;
const BESIDES: readonly [RegExp, readonly RegExp[]][] = [
  [NOT_BACK, [SLOW, /keepalived is in its fault state$/, /^the other balancer never took the virtual IP$/]],
  [SLOW, [/^two balancers held the virtual IP for \d+ ms after they heard each other again/]],
  [ALL_WELL, [LOST, /requests that nobody could answer got something else than 503: 200$/]],
  [STAYS, [SLOW, /^service was not steady again within 30 s$/, /^the other balancer never took the virtual IP$/]],
];

describe.skipIf(reason !== undefined)(`judges${reason === undefined ? "" : `: ${reason}`}`, () => {
  test.each<[DrillId, string, Spoiled, RegExp]>([
    ["balancer-power-loss", "adverts every second", slowAdverts, SLOW],
    ["haproxy-killed", "nobody restarts HAProxy", setting(BALANCERS, "haproxy", "Restart=no"), NOT_BACK],
    ["haproxy-down", "keepalived does not look at HAProxy", noLook, STAYS],
    ["haproxy-frozen", "keepalived does not look at HAProxy", noLook, STAYS],
    ["keepalived-killed", "nobody restarts it", setting(BALANCERS, "keepalived", "Restart=no"), NOT_BACK],
    ["balancer-partition", "adverts every second", slowAdverts, SLOW],
    [
      "balancer-handover",
      "preemption",
      preemption,
      /^web1 took the virtual IP back when it was mended: a second failover$/,
    ],
    ["nginx-stopped", "no retries", noRetries, FAILED],
    ["nginx-frozen", "no retries", noRetries, FAILED],
    ["web-power-loss", "no retries", noRetries, FAILED],
    ["app-killed", "no retries", noRetries, FAILED],
    ["app-frozen", "a health check a minute", rareChecks, /^no balancer saw that app\/app\d was gone within 30 s$/],
    ["app-out-of-memory", "nobody restarts it", setting(APPS, "app", "Restart=no"), NOT_BACK],
    ["app-power-loss", "no retries", noRetries, FAILED],
    [
      "database-restart",
      "an app that sulks",
      sulking,
      /^the application needed the database for \d+ ms, 15000 at most$/,
    ],
    ["database-killed", "an app that says yes before it writes", hasty, LOST],
    ["database-power-loss", "an app that says yes before it writes", hasty, LOST],
    [
      "web-tier-gone",
      "no page of ours",
      noPage,
      /^\/assets\/style.css is not answered with the maintenance page: it does not say when to try again/,
    ],
    ["app-tier-gone", "a page that says all is well", wrongPage, ALL_WELL],
    [
      "reload",
      "a reload that lets everybody wait",
      setting(BALANCERS, "haproxy", "ExecReload=", `ExecReload=/bin/sh -c '${PAUSE}'`),
      SLOW,
    ],
    [
      "release-under-load",
      "a start command that ends",
      {
        on: ["app1"],
        spoil: "sed -i 's/^/exit 3; /' /srv/app/current/artifact/.commands/start",
        restore: `sed -i 's/^exit 3; //' /srv/app/current/artifact/.commands/start; systemctl restart app
stack-release app mark "$(basename "$(readlink /srv/app/current)")" good`,
      },
      /^The start command ends at once: it was started \d+ times\.$/,
    ],
    [
      "rolling-reboot",
      "a service that does not start at boot",
      {
        on: ["app1"],
        spoil: "systemctl --quiet disable app",
        restore: "systemctl --quiet enable app; systemctl start app",
      },
      // As each balancer sees it.
      /^(not back to full redundancy after app1: )?on web[12], app\/app1 is DOWN$/,
    ],
  ])("%s: %s", { timeout: 400_000 }, async (id, _, { on, spoil, restore }, expected) => {
    for (const host of on) await meanwhile(host, spoil, restore);
    const [report] = await drilled([id]);
    expect(report?.status).toBe("failed");
    const reasons = report?.reason?.split("; ") ?? [];
    expect(reasons.filter((one) => expected.test(one))).not.toEqual([]);
    const besides = BESIDES.find(([main]) => main === expected)?.[1] ?? [];
    expect(reasons.filter((one) => ![expected, BUSY, ...besides].some((allowed) => allowed.test(one)))).toEqual([]);
  });
});
