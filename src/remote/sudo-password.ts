import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { EXIT, QuintetError } from "../errors.ts";
import type { SshTarget } from "../stack/stack.ts";
import type { Questions } from "./questions.ts";
import { type Become, becomeFault, PASSWORD_ADVICE } from "./sudo.ts";

/** Where a sudo password may come from, the first of them that is there. */
export interface PasswordSources {
  /** --sudo-password-file; - is standard input. */
  readonly file: string | undefined;
  /** QUINTET_SUDO_PASSWORD; set and empty: there is none. */
  readonly environment: string | undefined;
  /** The file that rehearsal machines have put theirs in, once the stack is known. */
  readonly rehearsal?: () => string | undefined;
  readonly ask: Questions | undefined;
  readonly stdin: NodeJS.ReadableStream;
}

/** The one sudo password of a run. */
export interface SudoPassword {
  readonly become: Become;
  /** Reads the file that was named, so that a wrong name is told before anything else. */
  check(): Promise<void>;
  /** What has proven right, or was given. */
  known(): Promise<string | undefined>;
}

const TRIES = 3;

export function makeSudoPassword({ file, environment, rehearsal, ask, stdin }: PasswordSources): SudoPassword {
  let given: Promise<string | undefined> | undefined;
  const source = () => file ?? (environment === undefined ? rehearsal?.() : undefined);
  const readGiven = () => {
    const named = source();
    if (named === undefined) return Promise.resolve(environment || undefined);
    given ??= readPassword(named, stdin);
    return given;
  };
  let right: string | undefined;
  /** The first host that wants one is asked about alone: a wrong password is not tried on all of them at once. */
  let first: Promise<unknown> = Promise.resolve();
  /** Who was wrong three times is not asked again. */
  let exhausted = false;

  const findFor = async (host: SshTarget, isRight: (password: string) => Promise<boolean>): Promise<string> => {
    const fromOutside = await readGiven();
    if (fromOutside !== undefined) {
      if (await isRight(fromOutside)) return fromOutside;
      const named = source();
      const from = named === undefined ? "in QUINTET_SUDO_PASSWORD" : `in ${named}`;
      throw wrong(host, file === undefined ? from : "of --sudo-password-file");
    }
    const who = `${host.ssh.user} on ${host.name}`;
    if (ask === undefined) throw becomeFault(host, `sudo wants the password of ${who}.`, PASSWORD_ADVICE);
    for (let tried = 0; tried < TRIES && !exhausted; tried += 1) {
      const again = tried === 0 ? "" : `sudo does not take that for ${who}. `;
      const password = await ask.secret(`${again}Password of ${host.ssh.user} for sudo:`);
      if (await isRight(password)) return password;
    }
    exhausted = true;
    throw becomeFault(host, `sudo did not take any of the passwords for ${who}.`, PASSWORD_ADVICE);
  };

  return {
    async become(host, isRight) {
      const turn = first
        .catch(() => {})
        .then(async () => {
          if (right !== undefined) return undefined;
          right = await findFor(host, isRight);
          return right;
        });
      if (right === undefined) first = turn;
      const found = await turn;
      if (found !== undefined) return found;
      if (right !== undefined && (await isRight(right))) return right;
      throw wrong(host, "that is right on other hosts");
    },
    async check() {
      if (file !== undefined) await readGiven();
    },
    known: async () => right ?? (await readGiven().catch(() => undefined)),
  };
}

function wrong(host: SshTarget, which: string): QuintetError {
  return becomeFault(
    host,
    `The sudo password ${which} is not that of ${host.ssh.user} on ${host.name}.`,
    `Give the right one (--sudo-password-file FILE, or QUINTET_SUDO_PASSWORD). It has to be the same on all hosts; to change it on ${host.name}: passwd`,
  );
}

async function readPassword(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  const fault = (message: string, detail = "") =>
    new QuintetError({
      message,
      exitCode: EXIT.usage,
      step: "Read the sudo password",
      ...(detail === "" ? {} : { detail }),
      next: "Give --sudo-password-file a file whose one line is the password, or - for standard input.",
    });
  const name = file === "-" ? "Standard input" : file;
  const read = file === "-" ? text(stdin) : readFile(file, "utf8");
  const content = await read.catch((error: Error) => {
    throw fault(`${name} cannot be read.`, error.message);
  });
  const password = content.replace(/\r?\n$/, "");
  if (password === "") throw fault(`${name} holds no password.`);
  if (/[\r\n\0]/.test(password)) throw fault(`${name} holds more than one line.`);
  return password;
}
