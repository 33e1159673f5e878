import { type FilePlan, type HostPlan, wouldChange } from "../ansible/plan.ts";

/** The plan for people: a host a section, and hosts that stay as they are in none. */
export function planText(plans: readonly HostPlan[]): string {
  return plans.filter(wouldChange).map(hostText).join("\n");
}

/** "3 hosts would change: 7 files, 2 packages, 4 services; 2 stay as they are." */
export function planSum(plans: readonly HostPlan[]): string {
  const changing = plans.filter(wouldChange);
  if (changing.length === 0)
    return `Nothing would change: ${counted(plans.length, "host")} ${plans.length === 1 ? "is" : "are"} as stack.yml says.`;
  const sum = (pick: (plan: HostPlan) => readonly unknown[]) =>
    changing.reduce((total, plan) => total + pick(plan).length, 0);
  const parts = [
    counted(
      sum(({ files }) => files),
      "file",
    ),
    counted(
      sum(({ packages }) => packages),
      "package",
    ),
    counted(
      sum(({ services }) => services),
      "service",
    ),
    counted(
      sum(({ others }) => others),
      "other step",
    ),
  ].filter((part) => !part.startsWith("0 "));
  const rest = plans.length - changing.length;
  const staying = rest === 0 ? "" : `; ${rest} ${rest === 1 ? "stays as it is" : "stay as they are"}`;
  return `${counted(changing.length, "host")} would change: ${parts.join(", ")}${staying}.`;
}

function hostText({ host, packages, files, services, others }: HostPlan): string {
  const lines = [
    ...(packages.length === 0 ? [] : [`install ${packages.join(" ")}`]),
    ...others,
    ...files.flatMap(fileLines),
    ...services.map(({ action, unit }) => `${action} ${unit}`),
  ];
  return [`${host}:`, ...lines.map((line) => `  ${line}`.trimEnd()), ""].join("\n");
}

function fileLines({ path, diff, secret }: FilePlan): string[] {
  if (secret) return [`write ${path} (not shown: holds secrets)`];
  return [`write ${path}`, ...(diff?.split("\n").map((line) => `  ${line}`) ?? [])];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
