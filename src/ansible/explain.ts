export interface Explanation {
  /** One sentence: what is wrong. */
  readonly message: string;
  /** The command to run or the thing to change. */
  readonly next: string;
}

interface Cause extends Explanation {
  readonly pattern: RegExp;
}

/** What ssh says. A task that runs on a host may say the same of the task's own connections, and mean another thing. */
const SSH_CAUSES: readonly Cause[] = [
  {
    pattern: /open failed: administratively prohibited/,
    message: "The bastion on the way to HOST does not pass connections on.",
    next: "On the bastion, have sshd allow it: AllowTcpForwarding yes, and PermitOpen, in sshd_config.",
  },
  {
    pattern: /open failed: |stdio forwarding failed/,
    message: "The bastion on the way to HOST cannot reach it.",
    next: "See that the machine runs and that sshd listens there, at the address that the bastion reaches.",
  },
  {
    // So ssh ends where a ProxyCommand or a ProxyJump led nowhere; what is said before that is about the bastion.
    pattern: /UNKNOWN port 65535/,
    message: "The bastion on the way to HOST did not let the connection through.",
    next: "`quintet check` says more. Check ssh.proxy_jump in stack.yml, or ProxyJump in ~/.ssh/config, and that the bastion takes the same key.",
  },
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/,
    message: "HOST shows another host key than the one that is pinned in known_hosts.",
    next: "If you reinstalled the machine, remove its line from known_hosts in the stack directory. If you did not, somebody may be in between: do not go on.",
  },
  {
    pattern: /host key is known for .* strict checking|Host key verification failed/,
    message: "HOST's host key is not pinned in known_hosts.",
    next: "Compare the key that the machine shows (ssh-keygen -lf on its /etc/ssh/ssh_host_*_key.pub) and add it to known_hosts in the stack directory.",
  },
  {
    pattern: /Permission denied \([a-z,-]*(publickey|password|keyboard-interactive)/,
    message: "HOST refuses the SSH key.",
    next: "Check ssh.user and ssh.identity in stack.yml, and that the public key is in that user's authorized_keys on the machine.",
  },
  {
    pattern: /Could not resolve hostname/,
    message: "HOST's address is a name that this computer cannot resolve.",
    next: "Give the machine's IP address in stack.yml.",
  },
  {
    pattern: /Connection refused/,
    message: "HOST answers, but nothing listens on its SSH port.",
    next: "Check that sshd runs on the machine, and ssh.port in stack.yml.",
  },
  {
    pattern:
      /Connection timed out|Operation timed out|No route to host|Network is unreachable|Timeout \(\d+s\) waiting|Connection closed by|Connection reset by|kex_exchange_identification|Broken pipe|Shared connection to .* closed/,
    message: "HOST does not answer over SSH.",
    next: "Check that the machine is up, its address in stack.yml, and that no firewall is in between.",
  },
];

/** What programs say when something common is wrong; the first that fits counts. HOST stands for the host's name. */
const CAUSES: readonly Cause[] = [
  {
    pattern:
      /module interpreter '.*' was not found|python[0-9.]*: (not found|No such file or directory)|No python interpreters found/,
    message: "HOST has no Python that Ansible could use.",
    next: "On the machine: sudo apt install python3",
  },
  {
    pattern: /Incorrect sudo password|Duplicate become password prompt|sudo: \d+ incorrect password attempt/,
    message: "The sudo password is not the right one on HOST.",
    next: "Give the right one: --sudo-password-file FILE, or QUINTET_SUDO_PASSWORD, or run it in a terminal to be asked.",
  },
  {
    pattern: /Missing sudo password|sudo: a password is required|sudo: a terminal is required/,
    message: "The SSH user on HOST needs a password for sudo.",
    next: "Give it: --sudo-password-file FILE, or QUINTET_SUDO_PASSWORD, or run it in a terminal to be asked. For ansible-playbook by itself: --ask-become-pass.",
  },
  {
    pattern: /is not in the sudoers file|may not run sudo on|is not allowed to (execute|run sudo)/,
    message: "The SSH user on HOST may not use sudo.",
    next: "On the machine, as root: usermod -aG sudo USER. Or log in as another user (ssh.user in stack.yml).",
  },
  {
    pattern: /sudo: (command )?not found|sudo: No such file or directory/,
    message: "HOST has no sudo.",
    next: "Log in as root (ssh.user in stack.yml), or install sudo on the machine.",
  },
  {
    pattern: /No space left on device|You don't have enough free space in/,
    message: "HOST's disk is full.",
    next: "Free some space on the machine (df -h shows where it went).",
  },
  {
    pattern: /Read-only file system/,
    message: "A file system on HOST is read-only.",
    next: "Look at dmesg on the machine: a disk with errors is mounted read-only.",
  },
  {
    pattern: /Could not get lock|Unable to (acquire the dpkg|lock the administration)|Failed to lock apt/,
    message: "Another program on HOST holds the package manager's lock.",
    next: "Wait until it is done (often unattended-upgrades just after the first boot).",
  },
  {
    pattern: /dpkg was interrupted/,
    message: "An installation on HOST was interrupted half-way.",
    next: "On the machine: sudo dpkg --configure -a",
  },
  {
    pattern:
      /Failed to (fetch|update apt cache)|Temporary failure resolving|Unable to connect to .*:(http|https|80|443)|does not have a Release file/,
    message: "HOST cannot load packages from its package sources.",
    next: "On the machine: sudo apt update. It shows which source does not answer.",
  },
  {
    pattern: /No package matching '.*' is available|Unable to locate package|has no installation candidate/,
    message: "HOST's distribution does not have a package that the stack needs.",
    next: "Use Debian 12 or newer or Ubuntu 24.04 or newer on the machine, with its normal package sources.",
  },
  {
    pattern: /no vault secrets found|no vault secrets were found that could decrypt|Decryption failed/,
    message: "The vault password does not open secrets.yml.",
    next: "Put the vault password that encrypted it in place again.",
  },
  {
    pattern: /leaves us with no hosts to target|Could not match supplied host pattern/,
    message: "No host of the stack is meant by --limit.",
    next: "Use the names of hosts in stack.yml.",
  },
];

/**
 * What a failure's text is known to mean, said for one host ("This computer" where it is not about a host). `reached`:
 * the host had been reached over SSH when it failed.
 */
export function explain(text: string, host = "This computer", reached = false): Explanation | undefined {
  const cause = [...(reached ? [] : SSH_CAUSES), ...CAUSES].find(({ pattern }) => pattern.test(text));
  return cause && { message: cause.message.replace("HOST", host), next: cause.next };
}

/** Ansible says the reason last, after warnings that are often its consequences. */
export function lastError(stderr: string): string {
  return stderr
    .slice(stderr.lastIndexOf("[ERROR]: ") + 1)
    .replace(/^ERROR\]: /, "")
    .trim();
}
