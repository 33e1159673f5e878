import { gunzipSync } from "node:zlib";
import { hostsOf } from "../../stack/stack.ts";
import { type Check, type Finding, finding } from "../context.ts";
import { type Fetched, fetchFromEach } from "../fetch.ts";

/** As nginx.conf has it. */
const LEAST_BYTES = 1024;
const TYPES =
  /^(text\/(html|css|javascript|plain)|application\/(javascript|json|manifest\+json|xml)|image\/svg\+xml)\s*(;|$)/;

export const compression: Check = {
  id: "compression",
  tier: "web",
  title: "Static text is sent compressed, and unpacks to the same bytes",
  fix: "Run apply: nginx.conf compresses text. See that all web hosts have the same release.",
  async run(context) {
    const path = context.stack.checks.static;
    const hosts = hostsOf(context, "web").map(({ name }) => name);
    const expected = "gzip, the same bytes, and vary: accept-encoding";
    const skip = (host: string, actual: string): Finding => ({ host, status: "skipped", expected, actual });
    if (path === undefined) return hosts.map((host) => skip(host, "checks.static is not in stack.yml"));
    const ask = (encoding: string) =>
      fetchFromEach(context, "web", hosts, { path, headers: { "accept-encoding": encoding } });
    const plain = await ask("identity");
    const packed = await ask("gzip");
    return hosts.map((host) => {
      const [one, other] = [plain.get(host), packed.get(host)];
      if (one === undefined || other === undefined) return skip(host, "it answered no request");
      const why = notWorthIt(one, path);
      if (why !== undefined) return skip(host, why);
      return finding(host, ...judge(one, other, expected));
    });
  },
};

function notWorthIt({ status, headers, body }: Fetched, path: string): string | undefined {
  const type = headers["content-type"] ?? "no type";
  if (status !== 200) return `${path} answers ${status}`;
  if (!TYPES.test(type)) return `${path} is ${type}, which is not compressed`;
  return body.length < LEAST_BYTES
    ? `${path} has ${body.length} bytes; from ${LEAST_BYTES} it is compressed`
    : undefined;
}

function judge(plain: Fetched, packed: Fetched, expected: string): [passed: boolean, expected: string, actual: string] {
  if (packed.headers["content-encoding"] !== "gzip") return [false, expected, "it is not compressed"];
  const sizes = `${packed.body.length} of ${plain.body.length} bytes`;
  let unpacked: Buffer;
  try {
    unpacked = gunzipSync(packed.body);
  } catch (error) {
    return [false, expected, `${sizes}, which do not unpack: ${(error as Error).message}`];
  }
  if (!unpacked.equals(plain.body)) return [false, expected, `${sizes}, which unpack to others`];
  // Or a cache in between gives compressed bytes to who cannot read them.
  if (!/(^|[\s,])accept-encoding($|[\s,])/i.test(packed.headers.vary ?? ""))
    return [false, expected, "no vary: accept-encoding"];
  return [true, expected, sizes];
}
