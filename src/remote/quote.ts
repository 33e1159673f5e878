const PLAIN = /^[A-Za-z0-9_/:@.,+-]+$/;

/**
 * One command line for a POSIX shell that runs exactly this argv: every word that could mean something to the
 * shell is put in single quotes. This is the only place that makes a command line for a remote shell.
 */
export function quoteArgv(argv: readonly string[]): string {
  if (argv.length === 0) throw new TypeError("an empty argv is no command");
  return argv.map(quoteWord).join(" ");
}

function quoteWord(word: string): string {
  if (word.includes("\0")) throw new TypeError("a command's argument cannot hold a NUL character");
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
