import { choice } from "../prompts/choice.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** The settings that most stacks do without are asked on request only. */
export async function askMore({ interview, scene }: Tools, progress: string, left: number): Promise<Outcome> {
  const answer = await choice({
    scene: scene(progress),
    question: "More settings?",
    hint: "Each has a default that suits most stacks, and each can be set later in stack.yml.",
    options: [
      { value: false, label: "No, show me everything", note: "and let me change what I want" },
      { value: true, label: `Yes, ask the other ${left}`, note: "intervals, ports, checks, firewall" },
    ],
    value: interview.everything,
  });
  if (answer === BACK) return BACK;
  interview.everything = answer;
  return "next";
}
