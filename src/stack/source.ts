/** What app.source is, by how it is written. */
export type SourceKind = "directory" | "archive" | "git";

const GIT = /^(?:(?:https?|ssh|git|file|git\+[a-z]+):\/\/|[A-Za-z0-9._-]+@[A-Za-z0-9.-]+:)/;
const ARCHIVE = /\.(?:tar|tar\.gz|tgz|tar\.xz|zip)$/i;

export function sourceKind(source: string): SourceKind {
  if (GIT.test(source)) return "git";
  return ARCHIVE.test(source) ? "archive" : "directory";
}

/** A Git address with its #ref -> both; without one, what the repository's HEAD is. */
export function gitAddress(source: string): { readonly url: string; readonly ref: string } {
  const at = source.indexOf("#");
  const url = (at < 0 ? source : source.slice(0, at)).replace(/^git\+(?=[a-z]+:)/, "");
  return { url, ref: at < 0 ? "HEAD" : source.slice(at + 1) };
}
