import type { Tier } from "../../stack/schema.ts";

/** How people call the groups of their inventories, and begin their hosts' names; without signs and plurals. */
const WORDS: Readonly<Record<Tier, readonly string[]>> = {
  loadbalancer: ["loadbalancer", "lb", "balancer", "haproxy", "keepalived", "proxy", "proxie"],
  web: ["web", "webserver", "www", "nginx", "static"],
  app: ["app", "appserver", "application", "applicationserver", "backend", "node", "nodej"],
  database: ["database", "databaseserver", "db", "dbserver", "mysql", "mariadb", "sql"],
};

/** The tier that a group's name stands for. */
export function tierOfGroup(group: string): Tier | undefined {
  const word = group
    .slice(0, 64)
    .toLowerCase()
    .replace(/[-_ .]/g, "")
    .replace(/s$/, "");
  return (Object.keys(WORDS) as Tier[]).find((tier) => WORDS[tier].includes(word));
}

/** The tier that a host's name stands for: that of what is before its number and its domain. */
export function tierOfName(name: string): Tier | undefined {
  const [label = ""] = name.slice(0, 256).split(".");
  return tierOfGroup(label.replace(/[-_]?(\d+|[a-z])$/i, "")) ?? tierOfGroup(label);
}

/** How a tier's hosts are called where they have no name of their own. */
export const STEM: Readonly<Record<Tier, string>> = {
  loadbalancer: "lb",
  web: "web",
  app: "app",
  database: "db",
};
