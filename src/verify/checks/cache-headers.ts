import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Context, type Finding, finding } from "../context.ts";
import { type Fetched, fetchFromEach } from "../fetch.ts";

/** As nginx.conf has it: a name with a hash in it never changes its content, anything else is soon asked for again. */
const HASHED = /[.-][0-9a-f]{8,}\.[a-z0-9.]+$/;
const LONGEST_SECONDS = 300;
const YEAR_SECONDS = 31_536_000;

export const cacheHeaders: Check = {
  id: "cache-headers",
  tier: "web",
  title: "Static files may be cached, and are not sent again unchanged",
  fix: "Run apply: nginx.conf says how long files may be kept, and all web hosts get the same release.",
  async run(context) {
    const path = context.stack.checks.static;
    const hosts = hostsOf(context, "web").map(({ name }) => name);
    const expected = expectedFor(path ?? "");
    const skip = (host: string, actual: string): Finding => ({ host, status: "skipped", expected, actual });
    if (path === undefined) return hosts.map((host) => skip(host, "checks.static is not in stack.yml"));
    const answers = await fetchFromEach(context, "web", hosts, { path, headers: { "accept-encoding": "identity" } });
    return Promise.all(
      hosts.map(async (host) => {
        const answer = answers.get(host);
        if (answer === undefined) return skip(host, "it answered no request");
        if (answer.status !== 200) return skip(host, `${path} answers ${answer.status}`);
        const wrong = wrongOf(path, answer) ?? (await wrongAgain(context, path, host, answer));
        return finding(
          host,
          wrong === undefined,
          expected,
          wrong ?? `${answer.headers["cache-control"]}, 304 when unchanged`,
        );
      }),
    );
  },
};

function expectedFor(path: string): string {
  return HASHED.test(path)
    ? "public, immutable for a year, and 304 when unchanged"
    : `public for ${LONGEST_SECONDS} s at most, and 304 when unchanged`;
}

/** What its headers should say and do not. Pure. */
export function wrongOf(path: string, { headers }: Pick<Fetched, "headers">): string | undefined {
  const cached = headers["cache-control"] ?? "";
  const age = Number(/(?:^|[\s,])max-age=(\d+)/.exec(cached)?.[1] ?? -1);
  const has = (word: string) => new RegExp(`(?:^|[\\s,])${word}(?:$|[\\s,])`).test(cached);
  const right = HASHED.test(path) ? has("immutable") && age >= YEAR_SECONDS : age > 0 && age <= LONGEST_SECONDS;
  if (!has("public") || !right) return cached === "" ? "no cache-control" : cached;
  if (headers.etag === undefined) return "no etag";
  return headers["last-modified"] === undefined ? "no last-modified" : undefined;
}

/** Whether this host, asked again by the same client, says that nothing has changed: what it knows may be another's. */
async function wrongAgain(
  context: Context,
  path: string,
  host: string,
  { headers }: Fetched,
): Promise<string | undefined> {
  const since = { "if-none-match": headers.etag ?? "", "if-modified-since": headers["last-modified"] ?? "" };
  const others = hostsOf(context.stack, "web").map(({ name }) => name);
  for (const [header, value] of Object.entries(since)) {
    const answers = await fetchFromEach(context, "web", others, { path, headers: { [header]: value } });
    for (const [name, { status, body }] of answers) {
      if (status !== 304 || body.length > 0) return `${status} from ${name} for ${header} of what ${host} sent`;
    }
  }
  return undefined;
}
