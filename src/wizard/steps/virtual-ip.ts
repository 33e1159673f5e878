import type { Answers, QuestionId } from "../../answers/answers.ts";
import { checkAnswer } from "../../answers/check.ts";
import { questionOf } from "../../answers/questions.ts";
import { findFreeAddress } from "../../preflight/free-address.ts";
import { contains, isAddress, readAddress, subnet } from "../../stack/addresses.ts";
import type { Host } from "../../stack/stack.ts";
import { answersAt } from "../look/answers-at.ts";
import type { Found } from "../look/looks.ts";
import { choice } from "../prompts/choice.ts";
import { field } from "../prompts/field.ts";
import { BACK } from "../prompts/scene.ts";
import { wait } from "../prompts/wait.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

/** Where the balancers' shared address is to be, as their own interfaces tell. */
interface Place {
  readonly host: Host;
  readonly found: Found;
  readonly interface: string;
  /** Such as 10.0.0.0/24. */
  readonly network: string;
  readonly prefix: number;
}

/** The shared address: a free one of the balancers' subnet is proposed; a typed one is looked for. */
export async function askVirtualIp(tools: Tools, progress: string): Promise<Outcome> {
  const { interview, scene } = tools;
  const { message, help } = questionOf("virtual-ip");
  const frame = scene(progress, { asked: "virtual-ip" });
  const place = placeOfVirtualIp(tools);
  const before = interview.answer("virtual-ip");
  let proposal: string | undefined;
  if (place !== undefined && before === undefined) {
    const found = await wait({
      scene: frame,
      question: message,
      hint: `Looking for a free address in ${place.network}`,
      work: (signal) => propose(tools, place, signal),
    });
    if (found === BACK) return BACK;
    proposal = found;
  }
  const hint = [
    help,
    place === undefined ? "" : `The balancers are in ${place.network} (${place.interface}).`,
    proposal === undefined ? "" : `Nothing there answers for ${proposal}.`,
  ];
  const answer = await field({
    scene: frame,
    question: message,
    hint: hint.filter((part) => part !== "").join(" "),
    value: before,
    suggestion: proposal,
    check: (text) => checkAnswer("virtual-ip", text, { ...interview.answers, ...prefixFor(tools, place, text) }),
  });
  if (answer === BACK || !("text" in answer)) return BACK;
  const { text } = answer;
  if (text !== proposal && place !== undefined) {
    const doubt = await doubtAbout(tools, progress, place, text);
    if (doubt === BACK) return BACK;
    if (doubt !== undefined) {
      const kept = await choice({
        scene: scene(progress, { asked: "virtual-ip" }),
        question: doubt,
        options: [
          { value: "other", label: "Give another address" },
          { value: "keep", label: `Take ${text} all the same` },
        ],
      });
      if (kept !== "keep") return askVirtualIp(tools, progress);
    }
  }
  interview.set("virtual-ip", text);
  for (const [id, length] of Object.entries(prefixFor(tools, place, text))) interview.set(id as QuestionId, length);
  return "next";
}

/** The subnet of a balancer that was seen, by the interface that carries its address. */
function placeOfVirtualIp({ interview, looks }: Tools): Place | undefined {
  const balancers = interview.seats.filter(({ tiers }) => tiers.includes("loadbalancer")).map(({ name }) => name);
  for (const host of looks.hosts) {
    const look = looks.of(host);
    if (look?.state !== "found" || !balancers.includes(host.name)) continue;
    for (const { name, addresses } of look.facts.interfaces) {
      const own = addresses.find(({ address }) => address === host.privateAddress || address === host.address);
      const address = own && readAddress(own.address);
      if (own === undefined || address === undefined || !isAddress(address)) continue;
      // A subnet of one or two addresses has no room for another.
      const { prefix } = own;
      if (prefix > (address.family === 4 ? 30 : 126)) continue;
      return { host, found: look, interface: name, network: subnet(address, prefix).text, prefix };
    }
  }
  return undefined;
}

/** No failure to find one is worth more than to let the user type. */
async function propose({ looks, options }: Tools, place: Place, signal: AbortSignal): Promise<string | undefined> {
  const exclude = looks.hosts.flatMap((host) => {
    const look = looks.of(host);
    const seen = look?.state === "found" ? look.facts.interfaces.flatMap(({ addresses }) => addresses) : [];
    return [host.address, host.privateAddress, ...seen.map(({ address }) => address)];
  });
  const question = { network: place.network, interface: place.interface, exclude };
  const both = AbortSignal.any([signal, options.signal]);
  return findFreeAddress(place.found.session, question, both).catch(() => undefined);
}

/** What speaks against a typed address, a sentence; undefined: nothing. */
async function doubtAbout(tools: Tools, progress: string, place: Place, text: string) {
  const address = readAddress(text);
  const network = place.network.split("/")[0] ?? "";
  const base = readAddress(network);
  if (!isAddress(address) || !isAddress(base)) return undefined;
  if (address.family !== base.family || !contains(subnet(base, place.prefix), address)) {
    return `${text} is not in the balancers' subnet ${place.network}: clients there would not find it.`;
  }
  const answers = await wait({
    scene: tools.scene(progress, { asked: "virtual-ip" }),
    question: `Looking whether anything answers for ${text}`,
    work: (signal) => answersAt(place.found.session, address.text, place.interface, signal).catch(() => false),
  });
  if (answers === BACK) return BACK;
  return answers ? `Something answers for ${text} already.` : undefined;
}

/** stack.yml takes a usual length where nothing is said; the interface knows the true one. */
function prefixFor({ interview }: Tools, place: Place | undefined, text: string): Answers {
  if (place === undefined || interview.given.has("virtual-ip-prefix")) return {};
  const usual = text.includes(":") ? 64 : 24;
  return { "virtual-ip-prefix": place.prefix === usual ? "" : String(place.prefix) };
}
