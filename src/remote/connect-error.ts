import { EXIT, QuintetError, type QuintetErrorFields } from "../errors.ts";
import type { SshTarget } from "../stack/stack.ts";
import { bastionOf } from "./bastion.ts";
import { HandshakeError } from "./handshake.ts";
import { quoteArgv } from "./quote.ts";
import { explainWay } from "./way-error.ts";

/** What a failed connection means to the person who has to mend it. A QuintetError is passed through. */
export function connectError(host: SshTarget, thrown: unknown): QuintetError {
  if (thrown instanceof QuintetError) return thrown;
  const error = thrown instanceof HandshakeError ? thrown.cause : thrown;
  const said = thrown instanceof HandshakeError ? thrown.wayError : undefined;
  const { code, level, message = String(error) } = error as { code?: unknown; level?: string; message?: string };
  const address = host.ssh.route?.hostname ?? host.address;
  const at = `${address} port ${host.ssh.port}`;
  const fault = (sentence: string, next: string, detail = message): QuintetError => {
    const fields: QuintetErrorFields = {
      message: sentence,
      exitCode: EXIT.preflight,
      host: host.name,
      step: "connect",
      detail,
      next,
    };
    return new QuintetError(fields, { cause: error });
  };
  const login = loginCommand(host);
  if (said !== undefined) {
    const { message: sentence, next } = explainWay(host, said, login);
    return fault(sentence, next, said === "" ? message : said);
  }
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
    return fault(`The address of ${host.name}, ${address}, cannot be resolved.`, "Correct it in stack.yml.");
  }
  return fault(`No SSH session could be opened to ${host.name} at ${at}.`, `Try with: ${login}`);
}

/** How a person would log in to try. */
function loginCommand(host: SshTarget): string {
  const { ssh, address } = host;
  const bastion = bastionOf(host);
  const jump = bastion === undefined ? [] : ["-J", jumpText(bastion)];
  return quoteArgv(["ssh", ...jump, "-p", String(ssh.port), `${ssh.user}@${ssh.host ?? address}`]);
}

function jumpText({ address, ssh }: SshTarget): string {
  const { user, port } = ssh.written ?? ssh;
  const bare = address.includes(":") ? `[${address}]` : address;
  return `${user === undefined ? "" : `${user}@`}${bare}${port === undefined ? "" : `:${port}`}`;
}
