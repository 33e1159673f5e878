import type { QuestionId } from "../../answers/answers.ts";
import { faultsOf, missing, sentence } from "../../answers/check.ts";
import { QUESTIONS } from "../../answers/questions.ts";
import { drawing } from "../drawing.ts";
import { labelOf } from "../labels.ts";
import { choice, type Option } from "../prompts/choice.ts";
import { printable } from "../prompts/printable.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome, Step } from "../runner.ts";
import type { Tools } from "../tools.ts";
import { ABOUT_LOGIN } from "./question.ts";

export interface ReviewParts {
  /** The page of a question, to be asked again. */
  readonly steps: readonly Step[];
  /** Looks and host keys: asked of whatever is new. */
  readonly afterHosts: readonly Step[];
}

/** Everything that was said, with a drawing of it; each item can be changed before anything is written. */
export async function askReview(tools: Tools, parts: () => ReviewParts): Promise<Outcome> {
  const { interview, options, scene } = tools;
  for (;;) {
    const faults = [
      ...missing(interview.answers).map(({ id, message }) => ({ id, text: `Not said yet: ${message}` })),
      ...faultsOf(interview.answers).map((fault) => ({ id: fault.id, text: sentence(fault) })),
    ];
    const [fault] = faults;
    const frame = { ...scene("the whole of it"), given: [] };
    const items = itemsOf(tools);
    const ready = { value: "finish", label: printable(options.finish(interview.answers)) };
    const more = { value: "everything", label: "More settings", note: "intervals, ports, checks, firewall" };
    const chosen = await choice<string>({
      scene: frame,
      question: fault === undefined ? "Is this right?" : "This cannot be right yet",
      note: fault === undefined ? undefined : { text: printable(fault.text), style: "bad" },
      table: drawing(
        {
          seats: interview.seats,
          virtualIp: interview.answer("virtual-ip"),
          staticPaths:
            interview.answer("static-paths") ??
            QUESTIONS.find(({ id }) => id === "static-paths")?.proposal(interview.answers),
        },
        frame.screen.size.rows < 30,
      ),
      hideLive: true,
      options: [...(fault === undefined ? [ready] : []), ...items, ...(interview.everything ? [] : [more])],
      value: fault === undefined ? "finish" : itemFor(fault.id, tools),
    });
    if (chosen === BACK) return BACK;
    if (chosen === "finish") return "next";
    if (chosen === "everything") interview.everything = true;
    else await change(chosen, tools, parts);
    await tools.keep();
  }
}

/** Asks one page again, and then what its answer has made necessary. */
async function change(id: string, tools: Tools, parts: () => ReviewParts): Promise<void> {
  const { interview } = tools;
  const step = parts().steps.find((one) => one.id === id);
  if ((await step?.ask("", false)) !== "next") return;
  interview.asked.add(id);
  if (id === "layout") {
    // The new places without an address; whoever goes back from one comes to see what is lacking.
    for (const open of parts().steps.filter(({ id: place }) => /^(place|tiers|host):/.test(place))) {
      if (interview.asked.has(open.id) && hasAddress(open.id, tools)) continue;
      if ((await open.ask("", false)) === BACK) break;
      interview.asked.add(open.id);
    }
  }
  if (!/^(layout|host|ssh-)/.test(id)) return;
  tools.lookAtHosts();
  for (const after of parts().afterHosts) if ((await after.ask("", false)) === BACK) return;
}

function hasAddress(step: string, { interview }: Tools): boolean {
  const [, index] = step.split(":");
  const seat = interview.seats[Number(index)];
  return seat !== undefined && interview.host(seat.name) !== undefined;
}

function itemsOf(tools: Tools): Option<string>[] {
  const { interview } = tools;
  return QUESTIONS.flatMap((question): Option<string>[] => {
    const { id, advanced, proposal } = question;
    if (id === "hosts") return hostItems(tools);
    const said = interview.answer(id);
    if (id === "database-packages" || (advanced && said === undefined && !interview.everything)) return [];
    const standard = proposal(interview.answers);
    const unsaid = ABOUT_LOGIN.some((one) => one === id) ? "as ssh has it" : "none";
    const note = said ?? (standard === undefined ? unsaid : `${standard} (default)`);
    return [{ value: id, label: labelOf(id), note: printable(shownValue(id, note, tools)) }];
  });
}

function shownValue(id: QuestionId, text: string, { interview }: Tools): string {
  const packages = interview.answer("database-packages");
  const from = id === "database-engine" && packages !== undefined ? `${text}, from ${packages}` : text;
  return from.replace(/\s+/g, " ");
}

function hostItems({ interview }: Tools): Option<string>[] {
  return interview.seats.map(({ name, tiers }, index) => {
    const item = interview.host(name);
    const more = Object.entries(item?.options ?? {}).filter(([key]) => key !== "tiers");
    const words = [
      item?.address ?? "no address yet",
      `(${tiers.join(", ")})`,
      ...more.map(([key, value]) => `${key}=${value}`),
    ];
    return { value: `host:${index}`, label: printable(name), note: printable(words.join(" ")) };
  });
}

function itemFor(id: QuestionId, { interview }: Tools): string {
  if (id !== "hosts") return id === "database-packages" ? "database-engine" : id;
  const open = interview.seats.findIndex(({ name }) => interview.host(name) === undefined);
  return `host:${Math.max(0, open)}`;
}
