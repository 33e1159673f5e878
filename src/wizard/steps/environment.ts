import { checkAnswer } from "../../answers/check.ts";
import { linesText, readLines } from "../../answers/list-items.ts";
import { questionOf } from "../../answers/questions.ts";
import { field } from "../prompts/field.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** The application's environment, one variable at a time: a value may hold blanks. */
export async function askEnvironment(tools: Tools, progress: string): Promise<Outcome> {
  const { interview, scene } = tools;
  const { message, help } = questionOf("app-env");
  for (;;) {
    const lines = readLines(interview.answer("app-env") ?? "").filter((line) => line !== undefined);
    const names = lines.map(nameOf);
    const so = names.length === 0 ? "" : ` So far: ${names.join(", ")}; a name alone takes it out again.`;
    const found = await field({
      scene: scene(progress, { asked: "app-env" }),
      question: message,
      hint: `${help} NAME=value, one at a time; Enter alone goes on.${so}`,
      empty: "go on",
      check: (text) =>
        text === "" || names.includes(text) ? undefined : checkAnswer("app-env", put(lines, text), interview.answers),
    });
    if (found === BACK) return BACK;
    if (!("text" in found) || found.text === "") return "next";
    interview.set("app-env", put(lines, found.text));
  }
}

/** With this variable in it, once; a bare name takes its variable out. */
function put(lines: readonly string[], text: string): string {
  const others = lines.filter((line) => nameOf(line) !== nameOf(text));
  return linesText(!text.includes("=") && others.length < lines.length ? others : [...others, text]);
}

function nameOf(line: string): string {
  return line.split("=", 1)[0] ?? "";
}
