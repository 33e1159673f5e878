import { createHash } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { QUESTION_IDS } from "../answers/answers.ts";
import { TIERS } from "../stack/schema.ts";
import type { InterviewState } from "./interview.ts";

export interface Kept {
  readonly state: InterviewState;
  readonly at: Date;
}

/** What was answered in a wizard that was broken off, one for each directory that a user stands in. */
export interface Drafts {
  /** undefined: none, or none that can be read. */
  read(): Promise<Kept | undefined>;
  keep(state: InterviewState): Promise<void>;
  forget(): Promise<void>;
}

interface DraftWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
  readonly now: () => Date;
}

/** They stand where programs keep their state by the XDG base directory specification, readable by their owner. */
export function createDrafts({ env, home, cwd, now }: DraftWorld): Drafts {
  const said = env["XDG_STATE_HOME"];
  // The specification wants relative paths to be ignored.
  const state = said !== undefined && path.isAbsolute(said) ? said : path.join(home, ".local", "state");
  const directory = path.join(state, "quintet");
  const file = path.join(directory, `draft-${createHash("sha256").update(cwd).digest("hex").slice(0, 16)}.json`);
  return {
    async read() {
      const text = await readFile(file, "utf8").catch(() => undefined);
      return text === undefined ? undefined : parseDraft(text, cwd);
    },
    async keep(kept) {
      // A computer that cannot keep it is no reason to stop asking.
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await writeFile(`${file}.new`, JSON.stringify({ directory: cwd, at: now().toISOString(), ...kept }), {
          mode: 0o600,
        });
        await rename(`${file}.new`, file);
      } catch {}
    },
    async forget() {
      await rm(file, { force: true });
    },
  };
}

/** A draft as it was written; one by a newer version, or that somebody has edited, is read as far as it makes sense. */
export function parseDraft(text: string, cwd: string): Kept | undefined {
  try {
    const draft = JSON.parse(text) as Record<string, unknown>;
    if (draft["directory"] !== cwd) return undefined;
    const said = (draft["answers"] ?? {}) as Record<string, unknown>;
    const answers = Object.fromEntries(
      QUESTION_IDS.flatMap((id) => (typeof said[id] === "string" ? [[id, said[id]]] : [])),
    );
    const places = (Array.isArray(draft["places"]) ? draft["places"] : []).flatMap((place: unknown) => {
      const { name, tiers } = (place ?? {}) as { name?: unknown; tiers?: unknown };
      if (typeof name !== "string" || !Array.isArray(tiers)) return [];
      return [{ name, tiers: TIERS.filter((tier) => tiers.includes(tier)) }];
    });
    const asked = (Array.isArray(draft["asked"]) ? draft["asked"] : []).filter((id) => typeof id === "string");
    if (asked.length === 0) return undefined;
    const state = { answers, places, asked, everything: draft["everything"] === true };
    return { state, at: new Date(String(draft["at"])) };
  } catch {
    return undefined;
  }
}
