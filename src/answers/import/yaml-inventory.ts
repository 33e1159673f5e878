import type { Path } from "../../stack/faults.ts";
import type { Tree } from "../../stack/tree.ts";
import { addHost, groupOf, type Inventory } from "./inventory.ts";

const PARTS = ["hosts", "children", "vars"];

type Mapping = Readonly<Record<string, unknown>>;

/** Whether YAML is an Ansible inventory: groups that hold nothing but hosts, children and variables. */
export function isInventory(value: unknown): value is Mapping {
  if (!isMapping(value)) return false;
  const groups = Object.values(value);
  return (
    groups.some((group) => isMapping(group) && Object.keys(group).length > 0) &&
    groups.every(
      (group) => group === null || (isMapping(group) && Object.keys(group).every((key) => PARTS.includes(key))),
    )
  );
}

/** Reads an Ansible inventory in YAML. Never throws. */
export function readYamlInventory(tree: Tree): Inventory {
  const inventory: Inventory = { groups: new Map(), notes: [] };
  if (isMapping(tree.value)) readGroups(inventory, tree, tree.value, []);
  return inventory;
}

function readGroups(inventory: Inventory, tree: Tree, groups: Mapping, path: Path): void {
  for (const [name, settings] of Object.entries(groups)) {
    const group = groupOf(inventory, name);
    if (!isMapping(settings)) continue;
    const { hosts, children, vars } = settings;
    for (const [key, value] of variablesOf(vars)) group.variables.set(key, value);
    for (const [host, variables] of isMapping(hosts) ? Object.entries(hosts) : []) {
      const { line } = tree.position([...path, name, "hosts", host], "key");
      addHost(inventory, name, host, line, variablesOf(variables));
    }
    if (!isMapping(children)) continue;
    for (const child of Object.keys(children)) group.children.add(child);
    readGroups(inventory, tree, children, [...path, name, "children"]);
  }
}

function variablesOf(value: unknown): Map<string, string> {
  const entries = isMapping(value) ? Object.entries(value) : [];
  return new Map(
    entries.flatMap(([key, inner]) =>
      typeof inner === "string" || typeof inner === "number" ? [[key, String(inner)] as const] : [],
    ),
  );
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
