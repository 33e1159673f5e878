/** The oldest ansible-core whose callbacks and messages we know. */
const OLDEST = [2, 19] as const;

/** What `ansible-playbook --version` prints -> "2.19.14", or undefined. */
export function parseVersion(output: string): string | undefined {
  return /^ansible-playbook \[core (\d+\.\d+[^\]\s]*)\]/m.exec(output)?.[1];
}

export function isRecentEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
