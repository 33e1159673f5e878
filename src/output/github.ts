import path from "node:path";
import type { Place } from "../errors.ts";
import { command } from "./github-commands.ts";
import { Summary } from "./github-summary.ts";
import { inert } from "./neutral.ts";
import type { Output, OutputOptions } from "./output.ts";
import { plainSink } from "./plain.ts";
import { errorLines, warningLines } from "./text.ts";

/** What GitHub Actions tells a step about itself. */
export interface Github {
  /** GITHUB_STEP_SUMMARY: the file of the job's summary. */
  readonly summaryFile: string | undefined;
  /** GITHUB_WORKSPACE: annotations name files as seen from here. */
  readonly workspace: string | undefined;
  readonly cwd: string;
}

interface Told {
  readonly host?: string;
  readonly places?: readonly Place[];
  readonly lines: readonly string[];
}

/**
 * Plain lines as GitHub Actions reads them: a step's lines are folded below its title, errors and warnings are
 * annotations (in place of their plain lines, which the log would show twice), and a summary is written in the end.
 */
export function githubSink(options: OutputOptions, github: Github): Output {
  const { stdout, stderr } = options;
  const summary = new Summary();
  let verb = "";
  let folded: string | undefined;
  const plain = plainSink(options, (step, text) => {
    // Groups do not nest.
    stdout.write(folded === undefined ? command("group", {}, text) : `== ${inert(text)}\n`);
    folded ??= step;
  });

  const annotate = (level: "error" | "warning", { host, places = [], lines }: Told) => {
    const title = [`quintet ${verb}`.trim(), ...(host === undefined ? [] : [host])].join(": ");
    if (places.length === 0) stderr.write(command(level, { title }, lines.join("\n").replace(/^\w+: /, "")));
    for (const place of places) stderr.write(command(level, { ...at(place, github), title }, place.message));
  };
  const unfold = () => {
    if (folded !== undefined) stdout.write(command("endgroup", {}, ""));
    folded = undefined;
  };

  return {
    emit(event) {
      summary.add(event);
      switch (event.type) {
        case "start":
          verb = event.verb;
          break;
        case "step-finished":
          if (folded === event.step) unfold();
          plain.emit(event);
          break;
        case "warning":
          annotate("warning", { ...event, lines: warningLines(event) });
          break;
        case "error":
          annotate("error", { ...event.error, lines: errorLines(event.error) });
          // The log has it in one piece, too.
          if (event.error.places !== undefined) plain.emit(event);
          break;
        default:
          plain.emit(event);
      }
    },
    async close() {
      await plain.close();
      unfold();
      if (github.summaryFile === undefined) return;
      const fault = await summary.append(github.summaryFile);
      if (fault !== undefined) stderr.write(command("warning", {}, `The job summary cannot be written: ${fault}`));
    },
  };
}

/** A file outside the workspace cannot be shown beside its line; its place is in the message. */
function at({ file, line, column }: Place, { workspace, cwd }: Github): Record<string, string> {
  if (workspace === undefined) return {};
  const relative = path.relative(workspace, path.resolve(cwd, file));
  if (relative.startsWith("..") || path.isAbsolute(relative)) return {};
  return { file: relative, line: String(line), col: String(column) };
}
