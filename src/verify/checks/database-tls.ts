import { hostsOf } from "../../stack/stack.ts";
import type { Check } from "../context.ts";
import { daysLeft, FAIL_DAYS } from "./days-left.ts";
import { judged, judgeLooks } from "./of-hosts.ts";

/** The way that the application takes: from each app host, with the authority that it is told to trust. */
export const databaseTls: Check = {
  id: "database-tls",
  tier: "app",
  title: "The database answers over TLS, with a certificate that app hosts trust",
  fix: "Run apply: it makes certificates anew, starts the database and lets the app hosts through to it.",
  run(context) {
    const expected = `TLS 1.2 or newer, a trusted certificate for its address, and ${FAIL_DAYS} days left or more`;
    return judgeLooks(context, hostsOf(context, "app"), "handshake", expected, ({ handshake }) => {
      if (handshake === undefined) return judged(false, expected, "no answer");
      const { version, protocol, expires } = handshake;
      const { days, passed, warning } = daysLeft(
        "The database's certificate",
        expires * 1000,
        context.clock.now().getTime(),
      );
      const actual = `${version}, ${protocol}, ${days} days left`;
      const found = judged(passed && /^TLSv1\.[23]$/.test(protocol), expected, actual);
      return { ...found, tier: "app", ...(warning === undefined ? {} : { warning }) };
    });
  },
};

/** What the server itself enforces: nobody can leave TLS out, not even by mistake. */
export const databaseDemandsTls: Check = {
  id: "database-demands-tls",
  tier: "database",
  title: "The database lets nobody in without TLS",
  fix: "Run apply: it writes the server's settings, and the accounts with REQUIRE SSL.",
  run(context) {
    const apps = hostsOf(context.stack, "app").map((host) => host.privateAddress);
    const expected = `require_secure_transport, and ${apps.length === 1 ? "an account" : "accounts"} for ${apps.join(", ")} with TLS only`;
    return judgeLooks(context, hostsOf(context, "database"), "database", expected, ({ database }) => {
      if (database === undefined) return judged(false, expected, "no answer");
      const { requiresTls, accounts } = database;
      const wrong = [
        ...(requiresTls ? [] : ["require_secure_transport is off"]),
        ...accounts.filter((one) => !one.requiresTls).map((one) => `the account from ${one.from} needs no TLS`),
        ...apps
          .filter((address) => accounts.every((one) => one.from !== address))
          .map((from) => `there is no account from ${from}`),
      ];
      return { ...judged(wrong.length === 0, expected, wrong.join(", ") || expected), tier: "database" };
    });
  },
};
