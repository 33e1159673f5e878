/** Exit codes, as the manual lists them. */
export const EXIT = {
  done: 0,
  unforeseen: 1,
  usage: 2,
  preflight: 3,
  apply: 4,
  verify: 5,
  locked: 6,
  /** `plan` only: something would change. */
  changes: 10,
  interrupted: 130,
} as const;

/** A spot in a file of the user's, counted from 1, and what is wrong there. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface QuintetErrorFields {
  /** One sentence: what went wrong. */
  readonly message: string;
  readonly exitCode: ExitCode;
  /** Host name in stack.yml, where it is one host's fault. */
  readonly host?: string;
  /** What was being done. */
  readonly step?: string;
  /** What the machine or the program underneath said, as it said it. */
  readonly detail?: string;
  /** What is wrong where, if it is the user's file: `detail` says the same for people. */
  readonly places?: readonly Place[];
  /** The command to run or the thing to change next. */
  readonly next: string;
  /** Where the whole story is written down. */
  readonly logFile?: string;
}

/**
 * Every fault that a user can meet. It is shown as sentences, never as a stack trace.
 * Anything else that is thrown is a defect of ours and ends with exit code 1.
 */
export class QuintetError extends Error {
  override readonly name = "QuintetError";
  readonly fields: QuintetErrorFields;

  constructor(fields: QuintetErrorFields, options?: { cause?: unknown }) {
    super(fields.message, options);
    this.fields = fields;
  }
}
