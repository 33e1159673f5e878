import type { Report } from "../schema.ts";
import { type Html, html } from "./html.ts";
import { signShape } from "./marks.ts";
import { type HostState, hostStates } from "./states.ts";

type Host = Report["hosts"][number];

const WIDTH = 360;
const MARGIN = 18;
const PILL = 34;
const BOX = 58;
const GAP = 12;
const WAY = 46;

const NAMES: Readonly<Record<string, string>> = {
  loadbalancer: "load balancers",
  web: "web servers",
  app: "app servers",
  database: "database",
};

/** Hosts of the same tiers, drawn as rows of boxes. */
interface Group {
  readonly tiers: readonly string[];
  readonly hosts: readonly Host[];
  readonly top: number;
  readonly height: number;
}

/** The way of a request through the stack, with the state of each host. Every label is text. */
export function stackDrawing(report: Report): Html {
  const { groups, height } = placed(report.hosts);
  const states = hostStates(report);
  const words = groups.map(({ tiers, hosts }) => {
    const each = hosts.map(({ name }) => `${name} (${said(states.get(name))})`).join(", ");
    return `${titleOf(tiers)}: ${each}`;
  });
  const label = `Visitors come to ${report.site} at the virtual IP ${report.virtualIp}. ${words.join(". ")}.`;
  return html`<svg class="stack" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
<title>The stack, with the state of each host</title>
${pill(2, "visitors", report.site)}
${arrow(2 + PILL, WAY - 18)}
${pill(2 + PILL + WAY - 18, "virtual IP", report.virtualIp)}
${ways(groups)}
${groups.map((group) => groupDrawing(group, states))}
</svg>`;
}

function placed(hosts: readonly Host[]): { groups: Group[]; height: number } {
  const order = Object.keys(NAMES);
  const first = (tiers: readonly string[]) => Math.min(...tiers.map((tier) => order.indexOf(tier)));
  const byTiers = [...Map.groupBy(hosts, ({ tiers }) => [...tiers].sort().join(" ")).values()].sort(
    ([one], [two]) => first(one?.tiers ?? []) - first(two?.tiers ?? []),
  );
  let top = 2 + PILL * 2 + WAY - 18;
  const groups = byTiers.map((own): Group => {
    const height = Math.ceil(own.length / columnsFor(own.length)) * (BOX + GAP) - GAP;
    const group = { tiers: own[0]?.tiers ?? [], hosts: own, top: top + WAY, height };
    top = group.top + height;
    return group;
  });
  return { groups, height: top + 4 };
}

function columnsFor(hosts: number): number {
  return hosts <= 1 ? 1 : hosts === 2 || hosts === 4 ? 2 : 3;
}

function titleOf(tiers: readonly string[]): string {
  return tiers.map((tier) => NAMES[tier] ?? tier).join(" and ");
}

function pill(top: number, title: string, text: string): Html {
  return html`<g><rect class="pill" x="60" y="${top}" width="${WIDTH - 120}" height="${PILL}" rx="17"/>
<text class="small" x="${WIDTH / 2}" y="${top + 14}" text-anchor="middle">${title}</text>
<text class="strong" x="${WIDTH / 2}" y="${top + 27}" text-anchor="middle">${shortened(text, 36)}</text></g>`;
}

function arrow(top: number, length: number, x = WIDTH / 2): Html {
  const end = top + length - 2;
  return html`<path class="way" d="M${x} ${top + 2}V${end}M${x - 4} ${end - 5}l4 5 4-5"/>`;
}

/** Whoever balances reaches the web and the app servers; only app servers reach the database. */
function ways(groups: readonly Group[]): Html[] {
  const has = (tier: string) => groups.findIndex(({ tiers }) => tiers.includes(tier));
  const wanted = [
    [has("loadbalancer"), has("web")],
    [has("loadbalancer"), has("app")],
    [has("app"), has("database")],
  ] as const;
  const [first] = groups;
  const start = first === undefined ? [] : [arrow(first.top - WAY, WAY - 20)];
  return [...start, ...wanted.flatMap(([from, to]) => way(groups[from], groups[to], to - from))];
}

function way(from: Group | undefined, to: Group | undefined, rows: number): Html[] {
  if (from === undefined || to === undefined || rows <= 0) return [];
  const begin = from.top + from.height;
  if (rows === 1) return [arrow(begin, to.top - begin - 20)];
  // Past the rows between, along the edge.
  const end = to.top + to.height / 2;
  const path = `M${MARGIN} ${from.top + from.height / 2}H6V${end}H${MARGIN - 2}m-5 -4l5 4-5 4`;
  return [html`<path class="way" d="${path}"/>`];
}

function groupDrawing({ tiers, hosts, top }: Group, states: ReadonlyMap<string, HostState>): Html {
  const columns = columnsFor(hosts.length);
  const room = WIDTH - 2 * MARGIN;
  const width = columns === 1 ? (room - GAP) / 2 : (room - GAP * (columns - 1)) / columns;
  const boxes = hosts.map((host, index) => {
    const left = columns === 1 ? (WIDTH - width) / 2 : MARGIN + (index % columns) * (width + GAP);
    return box(host, states.get(host.name), left, top + Math.floor(index / columns) * (BOX + GAP), width);
  });
  return html`<g><text class="small" x="${MARGIN}" y="${top - 6}">${titleOf(tiers)}</text>${boxes}</g>`;
}

function box(host: Host, state: HostState | undefined, left: number, top: number, width: number): Html {
  const { state: how = "left out", text = "" } = state ?? {};
  const status = how === "left out" ? "skipped" : how;
  const letters = (size: number) => Math.floor((width - 20) / size);
  return html`<g><title>${host.name}, ${host.address}: ${said(state)}</title>
<rect class="box ${status}" x="${left}" y="${top}" width="${width}" height="${BOX}" rx="7"/>
<text class="strong" x="${left + 10}" y="${top + 18}">${shortened(host.name, letters(7.4) - 3)}</text>
<text class="small" x="${left + 10}" y="${top + 33}">${shortened(host.address, letters(5.6))}</text>
<text class="small state ${status}" x="${left + 10}" y="${top + 48}">${shortened(text, letters(5.7))}</text>
<g class="sign ${status}" transform="translate(${left + width - 23} ${top + 7})">${signShape(status)}</g></g>`;
}

function said(state: HostState | undefined): string {
  return state?.state === "failed" ? `failed: ${state.text}` : (state?.text ?? "");
}

/** The middle gives way: names and addresses differ at their ends. */
export function shortened(text: string, most: number): string {
  const signs = [...text];
  if (signs.length <= most) return text;
  const head = Math.ceil((most - 1) / 2);
  return `${signs.slice(0, head).join("")}…${signs.slice(signs.length - (most - 1 - head)).join("")}`;
}
