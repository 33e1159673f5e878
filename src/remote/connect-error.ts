import { EXIT, QuintetError, type QuintetErrorFields } from "../errors.ts";
import type { Host } from "../stack/stack.ts";
import { quoteArgv } from "./quote.ts";

/** What a failed connection means to the person who has to mend it. A QuintetError is passed through. */
export function connectError(host: Host, error: unknown): QuintetError {
  if (error instanceof QuintetError) return error;
  const { code, level, message = String(error) } = error as { code?: unknown; level?: string; message?: string };
  const at = `${host.address} port ${host.ssh.port}`;
  const fault = (sentence: string, next: string): QuintetError => {
    const fields: QuintetErrorFields = {
      message: sentence,
      exitCode: EXIT.preflight,
      host: host.name,
      step: "connect",
      detail: message,
      next,
    };
    return new QuintetError(fields, { cause: error });
  };
  const login = quoteArgv(["ssh", "-p", String(host.ssh.port), `${host.ssh.user}@${host.address}`]);
  if (level === "client-authentication" || /authentication fail/i.test(message)) {
    const key =
      host.ssh.identity === undefined ? "None of your SSH keys is" : `The SSH key ${host.ssh.identity} is not`;
    return fault(
      `${key} accepted by ${host.name} for the user ${host.ssh.user}.`,
      `Add the public key to that user's ~/.ssh/authorized_keys on ${host.name}; try with: ${login}`,
    );
  }
  if (code === "ECONNREFUSED") {
    return fault(
      `${host.name} refuses SSH connections at ${at}.`,
      `Start sshd there, or correct ssh.port in stack.yml.`,
    );
  }
  if (level === "client-timeout" || code === "ETIMEDOUT") {
    return fault(
      `${host.name} does not answer at ${at}.`,
      `See that the machine runs and that no firewall is in the way; try with: ${login}`,
    );
  }
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") {
    return fault(
      `There is no route to ${host.name} at ${at}.`,
      `Correct its address in stack.yml, or start the machine.`,
    );
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return fault(`The address of ${host.name}, ${host.address}, cannot be resolved.`, "Correct it in stack.yml.");
  }
  return fault(`No SSH session could be opened to ${host.name} at ${at}.`, `Try with: ${login}`);
}
