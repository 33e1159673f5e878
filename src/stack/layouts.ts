import { type Host, hostsOf, type Stack } from "./stack.ts";

/** A small drawing of the stack: the way of a request, tier by tier, with the hosts of each. Lines of plain ASCII. */
export function describeLayout(stack: Stack): string[] {
  const names = (hosts: readonly Host[]) => hosts.map(({ name }) => name).join(", ");
  const [balancers, web, app, database] = (["loadbalancer", "web", "app", "database"] as const).map((tier) =>
    names(hostsOf(stack, tier)),
  );
  const width = Math.max(web?.length ?? 0, app?.length ?? 0);
  return [
    "client",
    "  |",
    `virtual IP     ${stack.virtualIp.address}`,
    "  |",
    `loadbalancer   ${balancers}`,
    "  |",
    `  +-- web      ${web?.padEnd(width)}   ${stack.routes.static?.join(", ") ?? "everything else"}`,
    "  |",
    `  +-- app      ${app?.padEnd(width)}   ${stack.routes.dynamic?.join(", ") ?? "everything else"}`,
    "        |",
    `      database ${database}`,
  ];
}
