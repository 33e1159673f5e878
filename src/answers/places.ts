import type { Tier } from "../stack/schema.ts";

/** One host of a standard layout: what it is called and what it is for. */
export interface Place {
  readonly host: string;
  readonly tiers: readonly Tier[];
}

/** The standard layouts. With the layout `custom`, each host says its tiers. */
export const PLACES = {
  five: [
    { host: "web1", tiers: ["loadbalancer", "web"] },
    { host: "web2", tiers: ["loadbalancer", "web"] },
    { host: "app1", tiers: ["app"] },
    { host: "app2", tiers: ["app"] },
    { host: "db1", tiers: ["database"] },
  ],
  seven: [
    { host: "lb1", tiers: ["loadbalancer"] },
    { host: "lb2", tiers: ["loadbalancer"] },
    { host: "web1", tiers: ["web"] },
    { host: "web2", tiers: ["web"] },
    { host: "app1", tiers: ["app"] },
    { host: "app2", tiers: ["app"] },
    { host: "db1", tiers: ["database"] },
  ],
} as const satisfies Readonly<Record<string, readonly Place[]>>;

/** The places of a layout; none where it is `custom`, or no layout at all. */
export function placesOf(layout: string): readonly Place[] {
  return layout === "five" || layout === "seven" ? PLACES[layout] : [];
}
