import type { Kept } from "./drafts.ts";
import { choice } from "./prompts/choice.ts";
import { printable } from "./prompts/printable.ts";
import { BACK } from "./prompts/scene.ts";
import type { Tools } from "./tools.ts";

/** A wizard that was broken off here: go on with it, or begin anew? */
export async function askToGoOn({ scene, options }: Tools, { state, at }: Kept): Promise<"go on" | "anew" | "left"> {
  const name = state.answers.name === undefined ? "a stack" : `the stack ${printable(state.answers.name)}`;
  const count = Object.values(state.answers).filter((text) => text.trim() !== "").length;
  const answer = await choice<"go on" | "anew">({
    scene: scene("", { escapeTo: "leave" }),
    question: `You began ${name} here ${ago(options.now().getTime() - at.getTime())}`,
    hint: `${count} ${count === 1 ? "answer was" : "answers were"} kept.`,
    options: [
      { value: "go on", label: "Go on where it stopped" },
      { value: "anew", label: "Begin anew", note: "what was kept is replaced" },
    ],
    value: "go on",
  });
  return answer === BACK ? "left" : answer;
}

/** Roughly how long ago. */
function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (!(minutes >= 1)) return "a moment ago";
  if (minutes < 60) return minutes === 1 ? "a minute ago" : `${minutes} minutes ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours === 1 ? "an hour ago" : `${hours} hours ago`;
  return `${Math.floor(hours / 24)} days ago`;
}
