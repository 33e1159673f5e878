import type { SshTarget } from "../stack/stack.ts";
import { bastionOf } from "./bastion.ts";

interface Explanation {
  readonly message: string;
  readonly next: string;
}

/** What the program that leads to a host said when it did not: ssh to a bastion, or the user's own ProxyCommand. */
export function explainWay(host: SshTarget, said: string, login: string): Explanation {
  const { name, ssh, address } = host;
  const at = `${ssh.route?.hostname ?? address} port ${ssh.port}`;
  const bastion = whichBastion(host);
  const correct = bastionOf(host) === undefined ? "Correct it in ~/.ssh/config" : "Correct ssh.proxy_jump in stack.yml";
  if (bastion === undefined) {
    return {
      message: `The ProxyCommand of your ~/.ssh/config does not lead to ${name} at ${at}.`,
      next: `Correct it there until this works: ${login}`,
    };
  }
  // The bastion let us in, and could not go on.
  const [, beyond] = /open failed: (.*)/.exec(said) ?? [];
  if (beyond !== undefined && /administratively prohibited/.test(beyond)) {
    return {
      message: `${capital(bastion)} does not pass connections on to ${name}.`,
      next: "On the bastion, have sshd allow it: AllowTcpForwarding yes, and PermitOpen, in sshd_config.",
    };
  }
  if (beyond !== undefined) {
    return {
      message: /refused/.test(beyond)
        ? `${name} refuses SSH connections at ${at}, asked from ${bastion}.`
        : `${name} cannot be reached at ${at} from ${bastion}.`,
      next: `See that the machine runs and that sshd listens there; its address is to be the one that the bastion reaches. Try with: ${login}`,
    };
  }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/.test(said)) {
    return {
      message: `The host key of ${bastion} has changed: this may not be the machine that it was.`,
      next: "Stop here unless you know that it was installed anew; then forget its old key: ssh-keygen -R, on the known_hosts file named above.",
    };
  }
  if (/host key is known for|Host key verification failed/.test(said)) {
    return {
      message: `The host key of ${bastion}, on the way to ${name}, is not known.`,
      next:
        bastionOf(host) === undefined
          ? `Log in once by hand and compare its key: ${login}`
          : "Run this in a terminal to compare and pin it, or with --accept-host-keys.",
    };
  }
  if (/Permission denied/.test(said)) {
    return {
      message: `${capital(bastion)}, on the way to ${name}, refuses the SSH key.`,
      next: `Add the public key to the user's ~/.ssh/authorized_keys on the bastion, or load the right key into your agent (ssh-add); try with: ${login}`,
    };
  }
  if (/Could not resolve hostname/.test(said)) {
    return { message: `The name of ${bastion}, on the way to ${name}, cannot be resolved.`, next: `${correct}.` };
  }
  if (/Connection refused/.test(said)) {
    return {
      message: `${capital(bastion)}, on the way to ${name}, refuses SSH connections.`,
      next: `Start sshd there. ${correct} if it listens on another port.`,
    };
  }
  if (/timed out|No route to host|Network is unreachable|Connection (reset|closed)/.test(said)) {
    return {
      message: `${capital(bastion)}, on the way to ${name}, does not answer.`,
      next: `See that it runs and that no firewall is in the way. ${correct} if it is another one.`,
    };
  }
  if (said === "") {
    return {
      message: `${name} does not answer at ${at}, asked from ${bastion}.`,
      next: `See that the machine runs and that no firewall is in the way; try with: ${login}`,
    };
  }
  return { message: `${capital(bastion)} does not lead to ${name} at ${at}.`, next: `Try with: ${login}` };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The last bastion before the host. */
function whichBastion(host: SshTarget): string | undefined {
  const own = bastionOf(host);
  if (own !== undefined) return own.name;
  const last = host.ssh.route?.proxyJump?.split(",").pop();
  return last === undefined ? undefined : `the bastion ${last}`;
}
