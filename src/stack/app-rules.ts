import type { Draft } from "./draft.ts";
import type { Report } from "./faults.ts";
import { gitAddress, sourceKind } from "./source.ts";

/** What the stack itself tells the application; DATABASE_* besides. */
const GIVEN = ["HOST", "PORT", "SERVER_NAME", "WEB_CONCURRENCY"];

/** What the settings of the application mean for one another. */
export function appRules({ app }: Draft, fault: Report): void {
  if (app === undefined) return;
  const { runtime, start, version, source, secrets = [], shared = [] } = app;
  if (runtime === "php" && start !== undefined)
    fault(["app", "start"], "PHP-FPM answers the requests: there is nothing to start.", "Leave it out.");
  if (runtime !== "php" && !("start" in app))
    fault(["app", "start"], "This setting is missing.", "Add it, such as start: node server.js.");
  if ((runtime === "php" || runtime === "command") && version !== undefined)
    fault(["app", "version"], `A version means nothing to ${runtime}.`, "Leave it out; app.packages names packages.");
  if (runtime === "python" && version !== undefined && !/^3\.\d+$/.test(version))
    fault(["app", "version"], `${version} is not what python3 is called.`, 'Give one such as "3.13".');
  if (source !== undefined && isOption(source))
    fault(
      ["app", "source"],
      "Git would take this for an option.",
      "Give an address such as https://git.example/shop#main.",
    );
  secrets.forEach((name, index) => {
    if (name === undefined) return;
    const path = ["app", "secrets", index];
    if (app.env?.[name] !== undefined) fault(path, `${name} is in app.env, too.`, "Keep it in one of the two.");
    else if (GIVEN.includes(name) || name.startsWith("DATABASE_"))
      fault(path, `${name} is what the stack itself gives.`, "Choose another name.");
    else if (secrets.indexOf(name) !== index) fault(path, `${name} is here twice.`, "Keep one of the two.");
  });
  shared.forEach((name, index) => {
    const outer = shared.some(
      (other, place) => place !== index && `${name}/`.startsWith(`${other}/`) && (other !== name || place < index),
    );
    if (name !== undefined && outer)
      fault(["app", "shared", index], `${name} is within another of them.`, "Keep the outer one.");
  });
}

function isOption(source: string): boolean {
  if (sourceKind(source) !== "git") return false;
  const { url, ref } = gitAddress(source);
  return url.startsWith("-") || ref.startsWith("-");
}
