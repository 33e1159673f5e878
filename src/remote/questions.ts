/** What a login may have to ask its user; rejects with the signal's reason on Ctrl-C. */
export interface Questions {
  /** A password or passphrase. */
  secret(question: string): Promise<string>;
}
