import { type Connect, connect } from "./connect.ts";

/** How this run gets onto the hosts and becomes root there: one way for node-ssh and for Ansible. */
export interface Login {
  /** Logs in to a host; its session becomes root, with a password where sudo wants one, for a command that asks so. */
  readonly connect: Connect;
  /** What ansible-playbook needs in its environment to do the same. Call it after connecting: it asks nobody. */
  environment(): Promise<Readonly<Record<string, string>>>;
  /** Ends what was started for the run (an agent of our own). */
  close(): Promise<void>;
}

export function createLogin(): Login {
  return { connect, environment: async () => ({}), close: async () => {} };
}
