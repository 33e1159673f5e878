import type { HostFacts } from "../../preflight/facts.ts";
import type { Host } from "../../stack/stack.ts";
import type { Line } from "../prompts/page.ts";
import { printable } from "../prompts/printable.ts";
import { padded, widthOf } from "../prompts/width.ts";
import { lacksOf } from "./judge-look.ts";
import type { Look } from "./looks.ts";

/** One host in one line: what it is, or why it did not let us in. What does not fit is left out, least first. */
export function lookLine(host: Host, look: Look | undefined, columns: number, hosts: readonly Host[]): Line {
  const column = Math.max(...hosts.map(({ name }) => widthOf(name)));
  const name = { text: `${padded(host.name, column)}  ` };
  const room = columns - 1 - 4 - column - 2;
  if (look === undefined || look.state === "looking") {
    return [{ text: "..  ", style: "faint" }, name, { text: `looking at ${host.address}`, style: "faint" }];
  }
  if (look.state === "failed") {
    return [
      { text: "no  ", style: "bad" },
      name,
      { text: printable(shortFault(look.error.message, host)), style: "bad" },
    ];
  }
  const lacks = lacksOf(look.facts);
  const facts = joined(factsOf(host, look.facts), room - widthOf(lacks.join(", ")));
  if (lacks.length === 0) return [{ text: "ok  ", style: "good" }, name, { text: facts }];
  return [
    { text: "no  ", style: "bad" },
    name,
    { text: lacks.join(", "), style: "bad" },
    { text: facts === "" ? "" : `  ${facts}`, style: "faint" },
  ];
}

/** All hosts in as few lines as their state allows: those that will do are counted, the others are told of. */
export function briefLines(hosts: readonly Host[], lookOf: (host: Host) => Look | undefined, columns: number): Line[] {
  const looks = hosts.map((host) => ({ host, look: lookOf(host) }));
  const ready = looks.filter(({ look }) => look?.state === "found" && lacksOf(look.facts).length === 0);
  const others = looks.filter((one) => !ready.includes(one));
  const count =
    ready.length === hosts.length
      ? `all ${ready.length} hosts are ready`
      : `${ready.length} of ${hosts.length} hosts are ready`;
  return [
    ...(ready.length === 0
      ? []
      : [
          [
            { text: "ok  ", style: "good" as const },
            { text: count, style: "faint" as const },
          ],
        ]),
    ...others.map(({ host, look }) =>
      lookLine(
        host,
        look,
        columns,
        others.map((one) => one.host),
      ),
    ),
  ];
}

/** In the order in which they matter to somebody who wonders whether this is the machine that was meant. */
function factsOf(host: Host, facts: HostFacts): string[] {
  const { hostname, distribution, version, codename, cpus, memoryMb, freeMb, python, sudo, interfaces } = facts;
  const carrier = interfaces.find(({ addresses }) => addresses.some(({ address }) => address === host.address));
  return [
    hostname === undefined || hostname === host.name ? "" : hostname,
    distribution === undefined ? "" : `${capital(distribution)} ${version ?? codename ?? ""}`.trim(),
    cpus === undefined ? "" : `${cpus} CPU`,
    memoryMb === undefined ? "" : `${gib(memoryMb)}G RAM`,
    freeMb === undefined ? "" : `${gib(freeMb)}G free`,
    { root: "as root", passwordless: "sudo", password: "sudo asks", none: "" }[sudo],
    carrier?.name ?? interfaces[0]?.name ?? "",
    python === undefined ? "" : `Python ${python.split(".").slice(0, 2).join(".")}`,
  ]
    .filter((fact) => fact !== "")
    .map(printable);
}

function joined(facts: readonly string[], room: number): string {
  let line = "";
  for (const fact of facts) {
    const longer = line === "" ? fact : `${line}  ${fact}`;
    if (widthOf(longer) > room) break;
    line = longer;
  }
  return line;
}

/** The host's name stands before it already, and of a file its name says enough. */
function shortFault(message: string, { name }: Host): string {
  return message
    .replace(new RegExp(`^${name} `), "")
    .replace(new RegExp(` of ${name}( \\([^)]*\\))?| by ${name}(?= )`), "")
    .replace(/ \/\S*\/(\S+)/, " $1")
    .replace(/\.$/, "");
}

function gib(mib: number): string {
  const size = mib / 1024;
  return size < 10 ? size.toFixed(1) : String(Math.round(size));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
