import type { Draft } from "./draft.ts";
import { type Report, shown } from "./faults.ts";
import { TIERS } from "./schema.ts";

/** Groups that every Ansible inventory has, the tiers, and the name of the machine that Ansible runs on. */
const TAKEN_HOSTS: readonly string[] = ["all", "ungrouped", "localhost", ...TIERS];
/** Accounts that the stack's own packages and roles make or change: nobody logs in as one of them. */
const TAKEN_USERS: readonly string[] = ["app", "haproxy", "mysql", "nobody", "www-data"];
const TAKEN_DATABASES: readonly string[] = ["mysql", "sys", "information_schema", "performance_schema"];

/** Whether a host cannot be called so, since Ansible takes it for something else. */
export function isTakenHost(name: string): boolean {
  return TAKEN_HOSTS.includes(name);
}

/** Names do not mean something else to what reads them, and app.static stays within the application. */
export function nameRules(draft: Draft, fault: Report): void {
  for (const host of Object.keys(draft.hosts ?? {})) {
    if (!isTakenHost(host)) continue;
    const message = `${host} means something else to Ansible.`;
    fault(["hosts", host], message, `Give the host another name, such as ${host}1.`, "key");
  }
  const users = [
    [["ssh", "user"], draft.ssh?.user],
    ...Object.entries(draft.hosts ?? {}).map(
      ([name, host]) => [["hosts", name, "ssh", "user"], host?.ssh?.user] as const,
    ),
  ] as const;
  for (const [path, user] of users) {
    if (user === undefined || !TAKEN_USERS.includes(user)) continue;
    fault(path, `${user} is an account of the stack's own.`, "Log in as another user, such as deploy.");
  }
  const database = draft.database?.name;
  if (database !== undefined && TAKEN_DATABASES.includes(database)) {
    fault(["database", "name"], `${database} is a database of the server itself.`, "Give another name, such as shop.");
  }
  for (const variable of ["HOST", "PORT"]) {
    if (draft.app?.env?.[variable] === undefined) continue;
    const message = `${variable} is already set: it tells the application where to listen.`;
    fault(["app", "env", variable], message, "Leave it out; app.port sets the port.", "key");
  }
  const directory = draft.app?.static;
  if (directory !== undefined && (/^[/~]/.test(directory) || directory.split("/").includes(".."))) {
    const message = `${shown(directory)} leads out of the application.`;
    fault(["app", "static"], message, "Give a directory within app.source, such as public.");
  }
}
