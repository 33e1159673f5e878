import { type Answers, answerTo } from "../../answers/answers.ts";
import { hostsText, readHosts } from "../../answers/host-items.ts";
import { settingsOf } from "../../answers/settings.ts";
import { isAddress, readAddress } from "../../stack/addresses.ts";
import { buildStack, type Surroundings } from "../../stack/build.ts";
import type { StackFile } from "../../stack/schema.ts";
import type { Host } from "../../stack/stack.ts";

export interface WhereAsked extends Surroundings {
  /** Where the user stands: what relative paths are relative to. */
  readonly cwd: string;
}

/**
 * The hosts that have an address by now, with the login as far as it was said. They are made by the same function that
 * makes them of a stack.yml; what it wants besides hosts and login is filled in with anything.
 */
export function hostsSoFar(answers: Answers, where: WhereAsked): Host[] {
  const { items } = readHosts(answerTo("hosts", answers) ?? "");
  const readable = items.filter(({ address }) => isAddress(readAddress(address)));
  if (readable.length === 0) return [];
  const known = { ...answers, hosts: hostsText(readable) };
  const file: Record<string, unknown> = {
    ...{ name: "stack", virtual_ip: { address: "192.0.2.1" }, site: {}, routes: {}, database: {} },
    ...{ app: { source: "." }, checks: {}, firewall: {} },
  };
  for (const { path, value } of settingsOf(known, where).settings) {
    const [top = "", ...below] = path;
    if (top === "hosts") file["hosts"] = value;
    // A port that is no number is told of where it is asked; ssh would make nothing of it.
    if (top === "ssh" && !(below[0] === "port" && typeof value !== "number")) {
      file["ssh"] = { ...(file["ssh"] as object | undefined), [String(below[0])]: value };
    }
  }
  return [...buildStack(file as unknown as StackFile, where).hosts];
}
