import { checkAnswer } from "../../answers/check.ts";
import { TIERS, type Tier } from "../../stack/schema.ts";
import type { NamedPlace } from "../interview.ts";
import { tierNames } from "../labels.ts";
import { several } from "../prompts/checkbox.ts";
import { field } from "../prompts/field.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** In a layout of the user's own: what the next host is called. No name at all ends the list. */
export async function askPlaceName(index: number, tools: Tools, progress: string): Promise<Outcome> {
  const { interview } = tools;
  const before = interview.places[index];
  const others = interview.places.filter((_, at) => at !== index);
  const named = others.map(({ name, tiers }) => `${name} (${tiers.join(", ")})`).join("; ");
  const found = await field({
    scene: tools.scene(progress, { hosts: true }),
    question: `What is host ${index + 1} called?`,
    hint: named === "" ? "A short name such as web1." : `So far: ${named}.`,
    value: before?.name,
    empty: before === undefined ? "that was the last" : "take it out",
    check: (text) => {
      if (text === "") return before === undefined ? lacking(others, tools) : undefined;
      if (others.some(({ name }) => name === text)) return `There is a host ${text} already. Give another name.`;
      const hosts = `${text}=192.0.2.1,tiers=web`;
      return checkAnswer("hosts", hosts, { layout: "custom" }, true);
    },
  });
  if (found === BACK) return BACK;
  if (!("text" in found)) return "next";
  if (found.text === "") {
    if (before !== undefined) interview.setPlaces(others);
    return "next";
  }
  const places = [...interview.places];
  places[index] = { tiers: before?.tiers ?? guess(found.text), name: found.text };
  interview.setPlaces(places);
  return "next";
}

/** What a host is for: one tier or more. */
export async function askPlaceTiers(index: number, tools: Tools, progress: string): Promise<Outcome> {
  const { interview } = tools;
  const place = interview.places[index];
  if (place === undefined) return "silent";
  const found = await several<Tier>({
    scene: tools.scene(progress, { hosts: true }),
    question: `What is ${place.name} for?`,
    options: TIERS.map((tier) => ({ value: tier, label: tier, note: tierNames([tier]) })),
    values: place.tiers,
    check: (tiers) => (tiers.length === 0 ? "A host is for something: choose at least one with Space." : undefined),
  });
  if (found === BACK) return BACK;
  const places = [...interview.places];
  places[index] = { ...place, tiers: found };
  interview.setPlaces(places);
  tools.lookAtHosts();
  return "next";
}

/** Why these cannot be all hosts. */
function lacking(places: readonly NamedPlace[], { interview }: Tools): string | undefined {
  const lacks = TIERS.filter((tier) => !places.some(({ tiers }) => tiers.includes(tier)));
  if (lacks.length > 0) return `There is no host yet for: ${lacks.join(", ")}. Name one more.`;
  return checkAnswer("hosts", interview.answer("hosts") ?? "", interview.answers);
}

/** web3 is for the web tier, most likely. */
function guess(name: string): Tier[] {
  const words: readonly (readonly [RegExp, Tier])[] = [
    [/^(lb|loadbalancer|balancer|haproxy)/, "loadbalancer"],
    [/^(web|nginx|www)/, "web"],
    [/^app/, "app"],
    [/^(db|database|mysql|mariadb)/, "database"],
  ];
  return words.flatMap(([pattern, tier]) => (pattern.test(name) ? [tier] : []));
}
