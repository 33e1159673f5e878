import { placesOf } from "../../answers/places.ts";
import { questionOf } from "../../answers/questions.ts";
import { drawing } from "../drawing.ts";
import { choice } from "../prompts/choice.ts";
import type { Line } from "../prompts/page.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

const LABELS: Readonly<Record<string, readonly [label: string, note: string]>> = {
  five: ["Five machines", "web1 and web2 also balance the load"],
  seven: ["Seven machines", "the load balancers stand alone"],
  custom: ["Let me place them", "names, numbers and tiers of your own"],
};

const OWN: readonly Line[] = [
  "  client",
  "  virtual IP",
  "  loadbalancer   two",
  "    +-- web      any number",
  "    +-- app      any number",
  "        database one",
].map((text) => [{ text, style: "faint" }]);

/** Which machine does what, with a drawing of the layout that is pointed at. */
export async function askLayout({ interview, scene }: Tools, progress: string): Promise<Outcome> {
  const { message, help, choices, proposal } = questionOf("layout");
  const frame = scene(progress, { asked: "layout" });
  const tight = frame.screen.size.rows < 24;
  const answer = await choice({
    scene: frame,
    question: message,
    hint: help,
    options: choices.map(({ value }) => {
      const [label = value, note] = LABELS[value] ?? [];
      const seats = placesOf(value).map(({ host, tiers }) => ({ name: host, tiers }));
      return { value, label, note, preview: seats.length === 0 ? OWN : drawing({ seats }, tight) };
    }),
    value: interview.answer("layout") ?? proposal(interview.answers),
  });
  if (answer === BACK) return BACK;
  interview.set("layout", answer);
  return "next";
}
