import { checkAnswer } from "../../answers/check.ts";
import { type HostItem, hostText, readHosts } from "../../answers/host-items.ts";
import { tierNames } from "../labels.ts";
import { field } from "../prompts/field.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";
import { isList, looksLikeFile, takeList } from "./pasted.ts";

/** The address of one place; a list of several hosts, pasted or in a file, is as good an answer. */
export async function askHost(index: number, tools: Tools, progress: string): Promise<Outcome> {
  const { interview, scene } = tools;
  const seat = interview.seats[index];
  if (seat === undefined) return "silent";
  const before = interview.host(seat.name);
  const item = (text: string): HostItem => readItem(seat.name, text, before);
  const found = await field({
    scene: scene(progress, { asked: "hosts" }),
    question: `Which address has ${seat.name}, the ${tierNames(seat.tiers)}?`,
    hint: "An IP address. Or all at once: paste lines such as web1=10.0.0.11, or give the path of a hosts file or Ansible inventory.",
    value: before === undefined ? undefined : shownItem(before),
    takesLines: true,
    check: (text) => {
      if (isList(text) || looksLikeFile(text)) return undefined;
      if (text === "") return `There is no answer. Give the address of ${seat.name}.`;
      // As long as addresses are to come, only this one can be wrong.
      const last = interview.seats.every(({ name }) => name === seat.name || interview.host(name) !== undefined);
      const partial = !last || interview.layout === "custom";
      return checkAnswer("hosts", interview.hostsWith(item(text)), interview.answers, partial);
    },
  });
  if (found === BACK) return BACK;
  const text = "text" in found ? found.text : found.lines;
  if ("lines" in found || isList(text) || looksLikeFile(text)) {
    const taken = await takeList(text, "lines" in found || isList(text), tools, progress);
    // Whoever does not take the list is asked for the address again.
    return taken === "next" ? "next" : askHost(index, tools, progress);
  }
  interview.setHost(item(text));
  tools.lookAtHosts();
  return "next";
}

/** What is typed behind the address, such as ,ssh_port=2222, belongs to the host as well. */
function readItem(name: string, text: string, before: HostItem | undefined): HostItem {
  const { items, wrong } = /^[^\s",=]+,\w+=/.test(text) ? readHosts(`${name}=${text}`) : { items: [], wrong: [] };
  const [read] = items;
  if (read !== undefined && items.length === 1 && wrong.length === 0) {
    const tiers = before?.options.tiers === undefined ? {} : { tiers: before.options.tiers };
    return { ...read, options: { ...tiers, ...read.options } };
  }
  return { name, address: text, options: before?.options ?? {} };
}

/** As it was typed: the address, and what was said besides but for the tiers, which have a question of their own. */
function shownItem({ name, address, options: { tiers: _, ...options } }: HostItem): string {
  return hostText({ name, address, options }).slice(name.length + 1);
}
