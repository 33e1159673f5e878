import type { Host } from "../../stack/stack.ts";
import { lacksOf } from "../look/judge-look.ts";
import { lookLine } from "../look/look-line.ts";
import type { Look } from "../look/looks.ts";
import { choice } from "../prompts/choice.ts";
import type { Line } from "../prompts/page.ts";
import { printable } from "../prompts/printable.ts";
import { BACK } from "../prompts/scene.ts";
import { wait } from "../prompts/wait.ts";
import { wrapped } from "../prompts/width.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";
import { askHost } from "./host.ts";
import { ABOUT_LOGIN, askQuestion } from "./question.ts";

type Mend = { readonly host: Host } | "unlock" | (typeof ABOUT_LOGIN)[number] | "again" | "go on";

const LOGIN_LABELS = {
  "ssh-user": "Change the SSH user",
  "ssh-port": "Change the SSH port",
  "ssh-identity": "Change the SSH key",
  "ssh-proxy-jump": "Go through a bastion",
} as const satisfies Record<(typeof ABOUT_LOGIN)[number], string>;

/** Before the hosts are left behind: those that did not let us in or lack something, and what to do about each. */
export async function askAboutLooks(tools: Tools, progress: string, backwards: boolean): Promise<Outcome> {
  const { looks, interview, scene } = tools;
  for (;;) {
    const looking = looks.hosts.some((host) => looks.of(host)?.state === "looking");
    if (looking && !backwards) {
      const question = "Looking at the machines";
      const waited = await wait({ scene: scene(progress, { hosts: true }), question, work: () => looks.settled() });
      if (waited === BACK) return BACK;
    }
    const wanting = looks.hosts.filter((host) => faultOf(looks.of(host)) !== undefined);
    if (wanting.length === 0 || backwards) return "silent";
    const login = ABOUT_LOGIN.map((id) => ({ value: id, label: LOGIN_LABELS[id], note: interview.answer(id) }));
    const locked = wanting.find((host) => /has a passphrase/.test(faultOf(looks.of(host))?.message ?? ""));
    const frame = scene(progress, { hosts: true });
    const chosen = await choice<Mend>({
      scene: frame,
      question: wanting.length === 1 ? `${wanting[0]?.name} is not ready` : `${wanting.length} hosts are not ready`,
      table: explanations(tools, wanting, frame.screen.size.columns),
      hideLive: wanting.length === looks.hosts.length,
      options: [
        ...(locked === undefined
          ? []
          : [
              {
                value: "unlock" as const,
                label: "Unlock the SSH key",
                note: "its passphrase is asked for, and not kept",
              },
            ]),
        { value: "again", label: "Look again" },
        ...wanting.map((host) => ({
          value: { host },
          label: `Change the address of ${host.name}`,
          note: host.address,
        })),
        ...login,
        { value: "go on", label: "Go on regardless", note: "quintet check looks at them again" },
      ],
    });
    if (chosen === BACK) return BACK;
    if (chosen === "go on") return "next";
    if (chosen === "unlock" && locked !== undefined) await tools.unlock(locked);
    if (chosen === "again" || chosen === "unlock") looks.again(wanting);
    else if (typeof chosen === "string") await askQuestion(chosen, tools, progress);
    else await askHost(seatOf(tools, chosen.host), tools, progress);
  }
}

function seatOf({ interview }: Tools, host: Host): number {
  return interview.seats.findIndex(({ name }) => name === host.name);
}

function faultOf(look: Look | undefined): { message: string; next?: string } | undefined {
  if (look?.state === "failed") return { message: look.error.message, next: look.error.next };
  if (look?.state !== "found") return undefined;
  const lacks = lacksOf(look.facts);
  return lacks.length === 0 ? undefined : { message: `${lacks.join("; ")}.` };
}

/** Of a few, all that is known; of many, each in a line, and what mends the first: it often mends all. */
function explanations({ looks }: Tools, wanting: readonly Host[], columns: number): Line[] {
  if (wanting.length <= 2) return wanting.flatMap((host) => explain(host, looks.of(host), columns - 1));
  const [first] = wanting;
  const lines = wanting.map((host) => lookLine(host, looks.of(host), columns, wanting));
  return first === undefined ? lines : [...lines, [], ...explain(first, looks.of(first), columns - 1)];
}

/** What is wrong, and under it what mends it. */
function explain(host: Host, look: Look | undefined, columns: number): Line[] {
  const fault = faultOf(look);
  if (fault === undefined) return [];
  const message = fault.message.includes(host.name) ? fault.message : `${host.name}: ${fault.message}`;
  const lines = (text: string, style: "bad" | "faint", indent: string): Line[] =>
    wrapped(printable(text), columns - indent.length)
      .slice(0, 3)
      .map((line) => [{ text: indent + line, style }]);
  return [...lines(message, "bad", ""), ...lines(fault.next ?? "", "faint", "  ")];
}
