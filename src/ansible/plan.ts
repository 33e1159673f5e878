import type { AnsibleEvent } from "./events.ts";

/** What a service would go through, from the least to the most. */
const ACTIONS = ["enable", "reload", "restart", "start"] as const;

export interface FilePlan {
  readonly path: string;
  /** A unified diff without its first two lines; not there where the file holds secrets, or is a unit's own drop-in. */
  readonly diff?: string;
  /** Whether the file holds secrets, so that its diff is not shown. */
  readonly secret: boolean;
}

interface ServicePlan {
  readonly unit: string;
  readonly action: (typeof ACTIONS)[number];
}

/** What apply would do to one host. */
export interface HostPlan {
  readonly host: string;
  readonly packages: readonly string[];
  readonly files: readonly FilePlan[];
  readonly services: readonly ServicePlan[];
  /** Tasks that would change something else. */
  readonly others: readonly string[];
}

type TaskEnd = Extract<AnsibleEvent, { event: "task-end" }>;

/** The events of a run in check mode -> what apply would do to these hosts. */
export function planOf(events: readonly AnsibleEvent[], hosts: readonly string[]): HostPlan[] {
  const ends = events.filter((event) => event.event === "task-end");
  return hosts.map((host) => {
    const mine = ends.filter((end) => end.host === host);
    // What prepare.sh of the role host prints: a verb and its object.
    const todo = mine.filter(isPrepare).flatMap(({ lines = [] }) => lines.map((line) => line.split(" ")));
    const objects = (wanted: string) => todo.flatMap(([verb, object = ""]) => (verb === wanted ? [object] : []));
    const changed = mine.filter((end) => end.status === "changed" && !isPrepare(end));
    return {
      host,
      packages: objects("install"),
      files: [...objects("write").map((path) => ({ path, secret: false })), ...changed.flatMap(filePlan)],
      services: strongest([
        ...ACTIONS.flatMap((action) => objects(action).map((unit) => ({ unit, action }))),
        ...changed.flatMap(servicePlan),
      ]),
      others: [
        ...objects("remove").map((unit) => `Remove ${unit}`),
        ...[...mine.filter(isUnchecked), ...changed.filter(isOther)].map(({ task }) => task),
      ],
    };
  });
}

export function wouldChange({ packages, files, services, others }: HostPlan): boolean {
  return packages.length + files.length + services.length + others.length > 0;
}

function isPrepare({ role, lines }: TaskEnd): boolean {
  return role === "host" && lines !== undefined;
}

/** A handler that cannot say what it would do only waits for what another one did. */
function isUnchecked({ unchecked = false, handler }: TaskEnd): boolean {
  return unchecked && !handler;
}

function isOther({ path, service }: TaskEnd): boolean {
  return path === undefined && service === undefined;
}

/** A file task without a diff would only notify its handler again. */
function filePlan({ path, diff, hidden = false }: TaskEnd): FilePlan[] {
  if (path === undefined || (diff === undefined && !hidden)) return [];
  if (diff === undefined || hidden) return [{ path, secret: hidden }];
  return [{ path, diff: diff.trimEnd().replace(/^--- .*\n\+\+\+ .*\n/, ""), secret: false }];
}

function servicePlan({ service }: TaskEnd): ServicePlan[] {
  const action = ACTIONS.find((one) => service?.state === `${one}ed`);
  return service === undefined || action === undefined ? [] : [{ unit: service.name, action }];
}

/** One line a unit: a restart makes a reload needless. */
function strongest(plans: readonly ServicePlan[]): ServicePlan[] {
  const units = new Map<string, ServicePlan>();
  for (const plan of plans) {
    const known = units.get(plan.unit);
    if (known === undefined || ACTIONS.indexOf(plan.action) > ACTIONS.indexOf(known.action)) units.set(plan.unit, plan);
  }
  return [...units.values()];
}
