import { createPrompt, useEffect, useState } from "@inquirer/core";
import { fitPage } from "./page.ts";
import { paint } from "./paint.ts";
import { BACK, type Back, type Scene } from "./scene.ts";
import { useKey, useScene } from "./use-scene.ts";

interface WaitConfig {
  readonly scene: Scene;
  readonly question: string;
  readonly hint?: string | undefined;
  readonly work: (signal: AbortSignal) => Promise<unknown>;
}

const FRAMES = ["|", "/", "-", "\\"];

const prompt = createPrompt<{ result: unknown } | { error: unknown } | Back, WaitConfig>((config, done) => {
  const { scene } = config;
  useScene(scene);
  const [frame, setFrame] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const settled = (outcome: { result: unknown } | { error: unknown }) => {
      if (!abort.signal.aborted) done(outcome);
    };
    config.work(abort.signal).then(
      (result) => settled({ result }),
      (error: unknown) => settled({ error }),
    );
    let times = 0;
    const turning = setInterval(() => setFrame(++times), 120);
    return () => {
      clearInterval(turning);
      abort.abort(new Error("no longer waited for"));
    };
  }, []);
  useKey(scene.screen, (key, settle) => {
    if (key.name !== "escape") return;
    settle();
    done(BACK);
  });
  const { size } = scene.screen;
  const page = {
    ...scene,
    question: config.question,
    hint: config.hint,
    body: () => [[{ text: `${FRAMES[frame % FRAMES.length]} looking`, style: "accent" as const }]],
    live: scene.live.lines(size.columns),
    help: [
      ["Esc", scene.escapeTo],
      ["Ctrl-C", "stop, keeping all"],
    ] as const,
  };
  return `${paint(fitPage(page, size).above)}\x1b[?25l`;
});

/** Waits for work that asks nothing; Esc gives it up. What the work throws is thrown. */
export async function wait<Result>(
  config: Omit<WaitConfig, "work"> & { readonly work: (signal: AbortSignal) => Promise<Result> },
): Promise<Result | Back> {
  const { keyboard, output, signal, screen } = config.scene;
  screen.clear();
  const outcome = await prompt(config, { input: keyboard as never, output, signal, clearPromptOnDone: true });
  if (outcome === BACK) return BACK;
  if ("error" in outcome) throw outcome.error;
  return outcome.result as Result;
}
