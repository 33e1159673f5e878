import { createPrompt, useEffect, useState } from "@inquirer/core";
import { edited, lineOf, visiblePart } from "./line-editor.ts";
import { fitPage, type Line, type Span } from "./page.ts";
import { paint } from "./paint.ts";
import { BACK, type Back, type Scene } from "./scene.ts";
import { useKey, useScene } from "./use-scene.ts";

export interface FieldConfig {
  readonly scene: Scene;
  readonly question: string;
  readonly hint?: string | undefined;
  /** Stands in the field to be changed: what was answered before. */
  readonly value?: string | undefined;
  /** Taken where nothing is typed. */
  readonly suggestion?: string | undefined;
  /** What nothing at all means, where it is an answer: the word for it beside Enter. */
  readonly empty?: string | undefined;
  /** What is wrong with the text; undefined: nothing. */
  readonly check: (text: string) => string | undefined;
  /** What makes the text doubtful; a second Enter takes it all the same. */
  readonly doubt?: ((text: string) => string | undefined) | undefined;
  /** Whether several pasted lines are an answer of their own. */
  readonly takesLines?: boolean;
  readonly note?: Span | undefined;
}

export type FieldAnswer = { readonly text: string } | { readonly lines: string };

/** One line to type, with what the background finds below it. */
const prompt = createPrompt<FieldAnswer | Back, FieldConfig>((config, done) => {
  const { scene } = config;
  const { readline } = useScene(scene);
  const [line, setLine] = useState(lineOf(config.value ?? ""));
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [doubted, setDoubted] = useState<string | undefined>(undefined);
  useEffect(() => {
    scene.keyboard.takesLines = config.takesLines ?? false;
    return () => {
      scene.keyboard.takesLines = false;
    };
  }, []);
  const suggestion = line.text === "" ? (config.suggestion ?? "") : "";

  useKey(scene.screen, (key, settle) => {
    const finish = (answer: FieldAnswer | Back) => {
      settle();
      done(answer);
    };
    if (key.name === "escape") return finish(BACK);
    if (key.name === "paste" && config.takesLines && /[^\r\n][\r\n]+[^\r\n]/.test(key.text)) {
      return finish({ lines: (line.text + key.text).replace(/\r\n?/g, "\n") });
    }
    if (key.name === "enter") {
      const text = line.text.trim() || suggestion;
      const found = config.check(text);
      if (found !== undefined) return setFault(found);
      const doubt = doubted === text ? undefined : config.doubt?.(text);
      if (doubt === undefined) return finish({ text });
      setDoubted(text);
      return setFault(`${doubt} Enter again takes it all the same.`);
    }
    // What is suggested can be taken into the field and changed there.
    const takeUp = suggestion !== "" && (key.name === "tab" || key.name === "right" || key.name === "end");
    const next = takeUp ? lineOf(suggestion) : edited(line, key);
    if (next === undefined) return;
    setLine(next);
    setFault(undefined);
    setDoubted(undefined);
  });

  const { size } = scene.screen;
  const shown = suggestion === "" ? line : { text: suggestion, at: 0 };
  const part = visiblePart(shown, Math.max(8, size.columns - 4));
  const rl = readline();
  if (rl !== undefined) Object.assign(rl, { line: part.text, cursor: part.cursor });
  const input: Line = [
    { text: "> ", style: "accent" },
    { text: part.text, style: suggestion === "" ? undefined : "faint" },
  ];
  const { above, below } = fitPage(
    {
      ...scene,
      question: config.question,
      hint: config.hint,
      input,
      message: fault === undefined ? config.note : { text: fault, style: doubted === undefined ? "bad" : "warn" },
      live: scene.live.lines(size.columns),
      help: [
        ["Enter", suggestion !== "" ? "take it" : line.text === "" ? (config.empty ?? "next") : "next"],
        ["Esc", scene.escapeTo],
        ["Ctrl-C", "stop, keeping all"],
        ...(suggestion === "" ? [] : ([["Tab", "change it"]] as const)),
      ],
    },
    size,
  );
  return [paint(above), paint(below)];
});

export function field(config: FieldConfig): Promise<FieldAnswer | Back> {
  const { keyboard, output, signal, screen } = config.scene;
  screen.clear();
  return prompt(config, { input: keyboard as never, output, signal, clearPromptOnDone: true });
}
