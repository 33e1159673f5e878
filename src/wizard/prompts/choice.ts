import { createPrompt, useState } from "@inquirer/core";
import type { Size } from "../terminal/screen.ts";
import { fitPage, type Line, type Page, type Span } from "./page.ts";
import { paint } from "./paint.ts";
import { BACK, type Back, type Scene } from "./scene.ts";
import { useKey, useScene } from "./use-scene.ts";
import { padded, widthOf } from "./width.ts";

export interface Option<Value> {
  readonly value: Value;
  readonly label: string;
  /** What it means, behind the label. */
  readonly note?: string | undefined;
  /** Drawn while this option is pointed at. */
  readonly preview?: readonly Line[];
}

export interface ChoiceConfig<Value> {
  readonly scene: Scene;
  readonly question: string;
  readonly hint?: string | undefined;
  readonly options: readonly Option<Value>[];
  /** The option to point at first. */
  readonly value?: Value | undefined;
  /** Stands above the options. */
  readonly table?: readonly Line[];
  readonly note?: Span | undefined;
  /** Left out where the background's news stand in the table already. */
  readonly hideLive?: boolean;
}

const HIDE_CURSOR = "\x1b[?25l";

const prompt = createPrompt<unknown, ChoiceConfig<unknown>>((config, done) => {
  const { scene, options } = config;
  useScene(scene);
  const first = options.findIndex(({ value }) => value === config.value);
  const [active, setActive] = useState(Math.max(0, first));

  useKey(scene.screen, (key, settle) => {
    const finish = (answer: unknown) => {
      settle();
      done(answer);
    };
    const last = options.length - 1;
    if (key.name === "escape") return finish(BACK);
    if (key.name === "enter") return finish(options[active]?.value);
    if (key.name === "up") return setActive(active === 0 ? last : active - 1);
    if (key.name === "down" || key.name === "tab") return setActive(active === last ? 0 : active + 1);
    if (key.name === "home" || key.name === "page-up") return setActive(0);
    if (key.name === "end" || key.name === "page-down") return setActive(last);
    if (key.name !== "text") return;
    const typed = key.text.toLowerCase();
    const number = /^[1-9]$/.test(typed) ? Number(typed) - 1 : -1;
    const named = options.findIndex(({ label }) => label.toLowerCase().startsWith(typed));
    const found = options[number] === undefined ? named : number;
    if (found !== -1) setActive(found);
  });

  const { size } = scene.screen;
  const page: Page = {
    ...scene,
    question: config.question,
    hint: config.hint,
    message: config.note,
    body: (room) => body(config, active, room),
    live: config.hideLive ? [] : scene.live.lines(size.columns),
    help: [
      ["Up/Down", "choose"],
      ["Enter", "take it"],
      ["Esc", scene.escapeTo],
      ["Ctrl-C", "stop, keeping all"],
    ],
  };
  return paint(fitPage(page, size).above) + HIDE_CURSOR;
});

/** So many options are to be seen beside a table, if there are as many. */
const FEWEST_OPTIONS = 5;

/** Table, options and preview in as many lines as there are; the option pointed at is always among them. */
function body({ table = [], options }: ChoiceConfig<unknown>, active: number, { rows, columns }: Size): Line[] {
  const fewest = Math.min(options.length, FEWEST_OPTIONS);
  const forTable = table.length === 0 || rows - fewest < 3 ? [] : [...cutTable(table, rows - fewest - 1), []];
  const shown = Math.max(1, Math.min(options.length, rows - forTable.length));
  const from = Math.max(0, Math.min(active - Math.floor(shown / 2), options.length - shown));
  const width = Math.max(0, ...options.map(({ label, note }) => (note === undefined ? 0 : widthOf(label))));
  const lines = options.slice(from, from + shown).map(({ label, note }, index): Line => {
    const here = from + index === active;
    const more = (index === 0 && from > 0) || (index === shown - 1 && from + shown < options.length);
    return [
      { text: here ? "> " : more ? ": " : "  ", style: here ? "accent" : "faint" },
      {
        text: note === undefined ? label : padded(label, Math.min(width, columns >> 1)),
        style: here ? "accent" : undefined,
      },
      { text: note === undefined ? "" : `  ${note}`, style: "faint" },
    ];
  });
  const drawn = options[active]?.preview ?? [];
  // A drawing that is cut tells nothing.
  const left = rows - forTable.length - lines.length;
  return [...forTable, ...lines, ...(drawn.length > 0 && drawn.length < left ? [[], ...drawn] : [])];
}

/** A table that is cut says how much more there is. */
function cutTable(table: readonly Line[], rows: number): readonly Line[] {
  if (table.length <= rows) return table;
  return [...table.slice(0, rows - 1), [{ text: `... and ${table.length - rows + 1} more lines`, style: "faint" }]];
}

/** One of several; Esc is BACK. */
export function choice<Value>(config: ChoiceConfig<Value>): Promise<Value | Back> {
  const { keyboard, output, signal, screen } = config.scene;
  screen.clear();
  const context = { input: keyboard as never, output, signal, clearPromptOnDone: true };
  return prompt(config as ChoiceConfig<unknown>, context) as Promise<Value | Back>;
}
