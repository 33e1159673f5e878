/**
 * Runs a command that can never become root. Where the tests run as root: as a user that owns nothing, but may read
 * all (the checkout may lie in root's home).
 */
export const unprivileged: readonly string[] = [
  "setpriv",
  "--no-new-privs",
  ...(process.getuid?.() === 0
    ? [
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--inh-caps=-all,+dac_read_search",
        "--ambient-caps=-all,+dac_read_search",
        "--bounding-set=-all,+dac_read_search",
      ]
    : []),
];
