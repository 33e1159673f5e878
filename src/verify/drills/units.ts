import type { Tier } from "../../stack/schema.ts";
import type { Stack } from "../../stack/stack.ts";

/** The services of a tier, as systemd names them. */
export function unitsOf(stack: Pick<Stack, "database">, tier: Tier): readonly string[] {
  switch (tier) {
    case "loadbalancer":
      return ["haproxy.service", "keepalived.service"];
    case "web":
      return ["nginx.service"];
    case "app":
      return ["app.service"];
    case "database":
      return [databaseUnit(stack)];
  }
}

export function databaseUnit({ database }: Pick<Stack, "database">): string {
  return database.engine === "mysql" ? "mysql.service" : "mariadb.service";
}
