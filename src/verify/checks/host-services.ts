import { listedNames, sshForSudo } from "../../preflight/finding.ts";
import type { Check } from "../context.ts";
import { judged, judgeLooks } from "./of-hosts.ts";

export const failedUnits: Check = {
  id: "failed-units",
  tier: "loadbalancer",
  title: "No systemd unit has failed",
  fix: "See why it failed: systemctl status UNIT. Once it is mended: systemctl reset-failed UNIT",
  ofEveryTier: true,
  run: (context) =>
    judgeLooks(context, context.hosts, "failed", "none", ({ failed = [] }, host) => ({
      ...judged(failed.length === 0, "none", failed.join(", ") || "none"),
      fix: `See why: ${sshForSudo(host)} sudo systemctl status ${failed.join(" ")}. Once it is mended: sudo systemctl reset-failed`,
    })),
};

export const services: Check = {
  id: "services",
  tier: "loadbalancer",
  title: "Services run, and start when the host does",
  fix: "Run apply: it starts what does not run, and enables it.",
  ofEveryTier: true,
  run(context) {
    const expected = "active and enabled";
    return judgeLooks(context, context.hosts, "units", expected, ({ units = [] }) => {
      const wrong = units
        .filter(({ active, enabled }) => active !== "active" || enabled !== "enabled")
        .map(({ unit, active, enabled }) => `${unit} is ${active} and ${enabled || "unknown"}`);
      const names = units.map(({ unit }) => unit.replace(/\.service$/, ""));
      return judged(wrong.length === 0 && units.length > 0, expected, wrong.join(", ") || listedNames(names));
    });
  },
};

/** systemd writes down what a service reads whenever it starts or reloads it: see prepare.sh. */
export const configurationLoaded: Check = {
  id: "configuration-loaded",
  tier: "loadbalancer",
  title: "Services have loaded their configuration as it is on disk",
  fix: "Run apply: it reloads or restarts what has not loaded its files. What was edited by hand belongs into stack.yml.",
  ofEveryTier: true,
  run(context) {
    const expected = "every file loaded";
    return judgeLooks(context, context.hosts, "loaded", expected, ({ loaded = [], filterConfirmed, errors }) => {
      const behind = loaded
        .filter((one) => one.loaded === false)
        .map(({ unit, path }) => `${unit} has not loaded ${path}`);
      const unknown = [...new Set(loaded.filter((one) => one.loaded === null).map(({ unit }) => unit))];
      const filter =
        errors.filterConfirmed ?? (filterConfirmed ? undefined : "the packet filter's rules are not confirmed");
      const wrong = [...behind, ...(filter === undefined ? [] : [filter])];
      if (wrong.length > 0) return judged(false, expected, wrong.join(", "));
      if (unknown.length === 0) return judged(true, expected, `${loaded.length} files loaded`);
      const actual = `nothing is written down of ${listedNames(unknown)}, which has run since before the last apply`;
      return { status: "skipped", expected, actual };
    });
  },
};
