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
  const found = looks.hosts.flatMap((host) => {
    const look = looks.of(host);
    return look?.state === "found" && look.newKey !== undefined ? [{ host, key: look.newKey }] : [];
  });
  const fresh = found.filter(({ key }) => !accepted.has(key.line));
  if (fresh.length === 0 || backwards) return "silent";
  const column = (texts: readonly string[]) => Math.max(...texts.map(widthOf)) + 2;
  const names = column(fresh.map(({ host }) => host.name));
  const types = column(fresh.map(({ key }) => shortType(key.type)));
  const table = fresh.map(
    ({ host, key }): Line => [
      { text: padded(host.name, names), style: "accent" },
      { text: padded(shortType(key.type), types), style: "faint" },
      { text: key.fingerprint },
    ],
  );
  const chosen = await choice({
    scene: scene(progress),
    question:
      fresh.length === 1 ? "Is this the machine's own key?" : `Are these ${fresh.length} the machines' own keys?`,
    hint: "Seen for the first time. On a machine: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
    table,
    hideLive: true,
    options: [
      { value: true, label: "Yes, pin them", note: "no other keys are accepted from then on" },
      { value: false, label: "Not now", note: "quintet asks before it first changes something" },
    ],
  });
  if (chosen === BACK) return BACK;
  if (chosen) for (const { key } of fresh) accepted.add(key.line);
  return "next";
}

/** ssh-ed25519 -> ED25519, as ssh-keygen names it. */
function shortType(type: string): string {
  return type
    .replace(/^ssh-/, "")
    .replace(/^ecdsa-sha2-.*/, "ecdsa")
    .toUpperCase();
}
