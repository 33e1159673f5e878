import { createPrompt, useState } from "@inquirer/core";
import type { Option } from "./choice.ts";
import { fitPage, type Line } from "./page.ts";
import { paint } from "./paint.ts";
import { BACK, type Back, type Scene } from "./scene.ts";
import { useKey, useScene } from "./use-scene.ts";
import { padded, widthOf } from "./width.ts";

export interface SeveralConfig<Value> {
  readonly scene: Scene;
  readonly question: string;
  readonly hint?: string | undefined;
  readonly options: readonly Option<Value>[];
  readonly values: readonly Value[];
  readonly check: (values: readonly Value[]) => string | undefined;
}

const prompt = createPrompt<readonly unknown[] | Back, SeveralConfig<unknown>>((config, done) => {
  const { scene, options } = config;
  useScene(scene);
  const [active, setActive] = useState(0);
  const [marked, setMarked] = useState<readonly unknown[]>(config.values);
  const [fault, setFault] = useState<string | undefined>(undefined);

  useKey(scene.screen, (key, settle) => {
    const last = options.length - 1;
    if (key.name === "up") return setActive(active === 0 ? last : active - 1);
    if (key.name === "down" || key.name === "tab") return setActive(active === last ? 0 : active + 1);
    if (key.name === "text" && key.text === " ") {
      const value = options[active]?.value;
      setMarked(marked.includes(value) ? marked.filter((one) => one !== value) : [...marked, value]);
      return setFault(undefined);
    }
    if (key.name !== "enter" && key.name !== "escape") return;
    // In the order of the options, whatever the order of the marks.
    const values = options.map(({ value }) => value).filter((value) => marked.includes(value));
    const found = key.name === "enter" ? config.check(values) : undefined;
    if (found !== undefined) return setFault(found);
    settle();
    done(key.name === "escape" ? BACK : values);
  });

  const { size } = scene.screen;
  const width = Math.max(...options.map(({ label }) => widthOf(label)));
  const page = {
    ...scene,
    question: config.question,
    hint: config.hint,
    body: () =>
      options.map(
        ({ value, label, note = "" }, index): Line => [
          { text: index === active ? "> " : "  ", style: "accent" },
          { text: marked.includes(value) ? "[x] " : "[ ] ", style: marked.includes(value) ? "good" : undefined },
          { text: padded(label, width), style: index === active ? "accent" : undefined },
          { text: `  ${note}`, style: "faint" },
        ],
      ),
    message: fault === undefined ? undefined : { text: fault, style: "bad" as const },
    live: scene.live.lines(size.columns),
    help: [
      ["Space", "mark"],
      ["Enter", "next"],
      ["Esc", scene.escapeTo],
      ["Up/Down", "move"],
      ["Ctrl-C", "stop, keeping all"],
    ] as const,
  };
  return `${paint(fitPage(page, size).above)}\x1b[?25l`;
});

/** Any number of several. */
export async function several<Value>(config: SeveralConfig<Value>): Promise<readonly Value[] | Back> {
  const { keyboard, output, signal, screen } = config.scene;
  screen.clear();
  const context = { input: keyboard as never, output, signal, clearPromptOnDone: true };
  return (await prompt(config as unknown as SeveralConfig<unknown>, context)) as readonly Value[] | Back;
}
