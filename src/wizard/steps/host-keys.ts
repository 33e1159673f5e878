import { choice } from "../prompts/choice.ts";
import type { Line } from "../prompts/page.ts";
import { BACK } from "../prompts/scene.ts";
import { padded, widthOf } from "../prompts/width.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** All new host keys in one table, with one question. Those that the user's known_hosts has were never new. */
export async function askHostKeys(
  { looks, scene, accepted }: Tools,
  progress: string,
  backwards: boolean,
): Promise<Outcome> {
  const fresh = looks.keys().filter(({ known, line }) => !known && !accepted.has(line));
  if (fresh.length === 0 || backwards) return "silent";
  const column = (texts: readonly string[]) => Math.max(...texts.map(widthOf)) + 2;
  const names = column(fresh.map(({ name }) => name));
  const types = column(fresh.map(({ type }) => shortType(type)));
  const frame = scene(progress, { hosts: true });
  const table = fresh.flatMap(({ name, type, fingerprint }): Line[] => {
    const whose = [
      { text: padded(name, names), style: "accent" as const },
      { text: padded(shortType(type), types), style: "faint" as const },
    ];
    // A fingerprint is to be compared: it is never cut.
    const fits = names + types + fingerprint.length < frame.screen.size.columns;
    return fits ? [[...whose, { text: fingerprint }]] : [whose, [{ text: `  ${fingerprint}` }]];
  });
  const chosen = await choice({
    scene: frame,
    question:
      fresh.length === 1 ? "Is this the machine's own key?" : `Are these ${fresh.length} the machines' own keys?`,
    hint: "Seen for the first time. On a machine: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
    table,
    hideLive: true,
    // Whoever only presses Enter has compared nothing.
    value: false,
    options: [
      { value: true, label: "Yes, pin them", note: "no other keys are accepted from then on" },
      { value: false, label: "Not now", note: "quintet asks before it first changes something" },
    ],
  });
  if (chosen === BACK) return BACK;
  if (chosen) for (const { line } of fresh) accepted.add(line);
  return "next";
}

/** ssh-ed25519 -> ED25519, as ssh-keygen names it. */
function shortType(type: string): string {
  return type
    .replace(/^ssh-/, "")
    .replace(/^ecdsa-sha2-.*/, "ecdsa")
    .toUpperCase();
}
