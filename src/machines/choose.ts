import { EXIT, QuintetError } from "../errors.ts";
import { type Lacking, mendAll } from "./lacking.ts";
import { type Provider, type ProviderChoice, providerTitle } from "./provider.ts";
import type { Surveyed } from "./survey.ts";

export interface Choice {
  readonly provider: Provider;
  /** Half a sentence, for people. */
  readonly why: string;
}

export interface Choosing {
  /** What was asked for. */
  readonly wanted: ProviderChoice | undefined;
  /** Who runs the stack's machines already. */
  readonly running: Provider | undefined;
  /** Whether machines are to be made; else it is about those that exist, if any do. */
  readonly isMaking: boolean;
  /** Vagrant's provider that the user prefers, in Vagrant's own way: VAGRANT_DEFAULT_PROVIDER. */
  readonly preferred: string | undefined;
  /** Takes seconds, so only where it is needed. */
  readonly survey: (wanted: "vagrant" | undefined) => Promise<readonly Surveyed[]>;
  /** The command that removes the stack's machines. */
  readonly down: string;
}

/** Who is to run the machines. */
export async function chooseProvider({
  wanted,
  running,
  isMaking,
  preferred,
  survey,
  down,
}: Choosing): Promise<Choice> {
  if (running !== undefined) {
    const isWanted =
      wanted === undefined || wanted === running || (wanted === "vagrant" && running !== "systemd-nspawn");
    if (isWanted) return { provider: running, why: "it runs this stack's machines already" };
    throw new QuintetError({
      message: `${providerTitle(running)} runs this stack's machines already.`,
      exitCode: EXIT.preflight,
      step: "machines",
      next: `${down}, then try again; or leave --provider out.`,
    });
  }
  if (wanted !== undefined && wanted !== "vagrant") return { provider: wanted, why: "it was asked for" };
  const surveyed = await survey(wanted);
  const complete = surveyed.filter(({ lacking }) => lacking.length === 0);
  const [first] = complete;
  const provider = complete.find((one) => one.provider === `vagrant:${preferred}`) ?? first;
  // The user's own choice among Vagrant's providers says nothing against systemd-nspawn.
  const chosen = first?.provider === "systemd-nspawn" ? first : provider;
  // Vagrant's can say without any tool that there are no machines of theirs.
  const tellsNone = surveyed.find((one) => one.provider !== "systemd-nspawn");
  if (chosen === undefined && !isMaking && tellsNone) return { provider: tellsNone.provider, why: "nobody runs any" };
  if (chosen === undefined) throw nothingComplete(surveyed, wanted);
  return { provider: chosen.provider, why: whyFirst(chosen, surveyed) + whyNotPreferred(chosen, surveyed, preferred) };
}

/** Empty where nobody was passed over: systemd-nspawn comes before all of Vagrant's. */
function whyNotPreferred({ provider }: Surveyed, surveyed: readonly Surveyed[], preferred: string | undefined): string {
  if (!preferred || provider === "systemd-nspawn" || provider === `vagrant:${preferred}`) return "";
  const passed = surveyed.find((one) => one.provider === `vagrant:${preferred}`);
  const named = `; VAGRANT_DEFAULT_PROVIDER names ${preferred}, which `;
  return named + (passed === undefined ? "cannot run them here" : `lacks ${listed(passed.lacking)}`);
}

function whyFirst({ provider }: Surveyed, surveyed: readonly Surveyed[]): string {
  const [first] = surveyed;
  if (provider === "systemd-nspawn") return "this computer has all that it needs, and nothing is faster";
  if (first === undefined || first.provider !== "systemd-nspawn") return "this computer has all that it needs";
  return `this computer has all that it needs, and for systemd-nspawn it lacks ${listed(first.lacking)}`;
}

function listed(lacking: readonly Lacking[]): string {
  return lacking.map(({ what }) => what).join("; ");
}

/** The fewest steps away from working; what can never work on this computer is left out. */
export function nearestOf(surveyed: readonly Surveyed[]): Surveyed | undefined {
  const possible = surveyed.filter(({ lacking }) => !lacking.some(({ isFinal }) => isFinal));
  return possible.toSorted((a, b) => a.lacking.length - b.lacking.length)[0];
}

function nothingComplete(surveyed: readonly Surveyed[], wanted: "vagrant" | undefined): QuintetError {
  const lacking = nearestOf(surveyed)?.lacking ?? [];
  return new QuintetError({
    message: `This computer cannot run rehearsal machines${wanted === undefined ? "" : " by Vagrant"}: it lacks ${listed(lacking)}.`,
    exitCode: EXIT.preflight,
    step: "machines",
    detail: surveyed.map((one) => `${providerTitle(one.provider)} lacks ${listed(one.lacking)}`).join("\n"),
    next: mendAll(lacking),
  });
}
