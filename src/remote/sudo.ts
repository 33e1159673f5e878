import { EXIT, QuintetError } from "../errors.ts";
import type { SshTarget } from "../stack/stack.ts";

/** How a session becomes root: it is root, sudo asks for nothing, or it wants this password first on standard input. */
export type Becoming = { readonly kind: "root" | "free" } | { readonly kind: "password"; readonly password: string };

/** Gives the sudo password of a host: `isRight` tries one there. Rejects with a QuintetError where there is none. */
export type Become = (host: SshTarget, isRight: (password: string) => Promise<boolean>) => Promise<string>;

/**
 * The same program as every command that is run through sudo, so that a rule for single programs says the same of
 * both: a password that sudo does not ask for would be read by the command. -k: what an earlier sudo was told does not
 * count, or the password would stay unread, too. Of a user whom no sudoers file names, sudo wants a password all the
 * same; asked to validate, it says so.
 */
export const SUDO_PROBE = ["sh", "-c", "sudo -k -n -- sh -c : || { said=$?; sudo -n -v; exit $said; }"] as const;
export const SUDO_TRY = ["sudo", "-k", "-S", "-p", "", "--", "sh", "-c", ":"] as const;

/** What stands before a command to run it as root. */
export function sudoWords(kind: Becoming["kind"]): string[] {
  if (kind === "root") return [];
  const sudo = kind === "free" ? ["sudo", "-k", "-n"] : ["sudo", "-k", "-S", "-p", ""];
  return [...sudo, "--", "sh", "-c", 'exec "$@"', "sh"];
}

export type SudoVerdict = "ok" | "password" | "wrong" | "forbidden" | "missing" | "other";

/** What sudo (or sudo-rs) said of SUDO_PROBE or SUDO_TRY. */
export function judgeSudo(exitCode: number | undefined, stderr: string): SudoVerdict {
  if (exitCode === 0) return "ok";
  if (exitCode === 127 && /sudo['’]?: (No such file|command not found|not found)/.test(stderr)) return "missing";
  // A password is asked before rights are looked up, so both may be said.
  if (/not in the sudoers|may not run sudo|is not allowed to|I'm afraid I can't do that/.test(stderr))
    return "forbidden";
  if (/incorrect (password|authentication)|try again|Authentication failed|maximum .* attempts/i.test(stderr)) {
    return "wrong";
  }
  if (/password is required|authentication is required|no password was provided|terminal is required/.test(stderr)) {
    return "password";
  }
  return "other";
}

/** The error for a host on which the user cannot become root, for another reason than the password. */
export function sudoFault(host: SshTarget, verdict: SudoVerdict, stderr: string): QuintetError {
  const { user } = host.ssh;
  const [message, next] =
    verdict === "missing"
      ? [`sudo is not installed on ${host.name}.`, `Install sudo on ${host.name}, or log in as root (ssh.user).`]
      : verdict === "forbidden"
        ? [
            `The user ${user} may not use sudo on ${host.name}: its sudoers do not name it.`,
            `On ${host.name}, as root: usermod -aG sudo ${user} (then it may, with its password), or log in as another user (ssh.user).`,
          ]
        : [
            `sudo does not work for ${user} on ${host.name}.`,
            `See why: ssh to ${host.name} as ${user}, and run: sudo true`,
          ];
  return becomeFault(host, message, next, stderr);
}

export function becomeFault(host: SshTarget, message: string, next: string, detail = ""): QuintetError {
  const said = detail.trim();
  return new QuintetError({
    message,
    exitCode: EXIT.preflight,
    host: host.name,
    step: "become root",
    ...(said === "" ? {} : { detail: said }),
    next,
  });
}

export const PASSWORD_ADVICE =
  "Give it with --sudo-password-file FILE (- for standard input) or in QUINTET_SUDO_PASSWORD, or run this in a terminal to be asked.";

/** For a session that nobody gave a password for. */
export const withoutPassword: Become = async (host) => {
  throw becomeFault(host, `sudo wants a password of ${host.ssh.user} on ${host.name}.`, PASSWORD_ADVICE);
};
