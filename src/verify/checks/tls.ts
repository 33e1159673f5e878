import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate } from "node:tls";
import { type Check, type Context, type Finding, finding } from "../context.ts";
import type { Site } from "../site.ts";
import { daysLeft, FAIL_DAYS } from "./days-left.ts";
import { placesOf } from "./places.ts";

/** Asked of the virtual IP and of each balancer by its own address: the one that waits must be as good. */
export const tls: Check = {
  id: "tls",
  tier: "loadbalancer",
  title: "TLS is what it should be",
  fix: "Run apply: it makes certificates anew in time, and has HAProxy load them.",
  parts: ["tls-chain", "tls-name", "tls-validity", "tls-protocol"],
  run: async (context) =>
    (await Promise.all(placesOf(context).map(({ name, address }) => findings(context, name, address)))).flat(),
};

async function findings({ site, clock }: Context, host: string, address: string): Promise<Finding[]> {
  const row = (id: string, title: string, passed: boolean, expected: string, actual: string): Finding => ({
    ...finding(host, passed, expected, actual),
    id: `tls-${id}`,
    title,
  });
  try {
    const { certificate, protocol, chain } = await handshake(site, address, { minVersion: "TLSv1.2" });
    const old = await refusesOldProtocol(site, address);
    const wrongName = checkServerIdentity(site.domain, certificate);
    const from = Date.parse(certificate.valid_from);
    const to = Date.parse(certificate.valid_to);
    const now = clock.now().getTime();
    const { days, passed, warning } = daysLeft("The site's certificate", to, now);
    const valid = `from ${new Date(from).toISOString()} to ${new Date(to).toISOString()}, ${days} days left`;
    const names = certificate.subjectaltname ?? "no names";
    return [
      row("chain", "The certificate is from the stack's CA", chain === "trusted", "trusted", chain),
      row("name", "The certificate names the site", wrongName === undefined, `DNS:${site.domain}`, names),
      {
        ...row(
          "validity",
          "The certificate is valid",
          from <= now && passed,
          `now, and for ${FAIL_DAYS} days or more`,
          valid,
        ),
        ...(warning === undefined ? {} : { warning }),
      },
      row("protocol", "TLS is 1.2 or newer", old === "refused", "TLS 1.1 refused", `${protocol}, TLS 1.1 ${old}`),
    ];
  } catch (error) {
    return [finding(host, false, "a TLS connection", (error as Error).message)];
  }
}

interface Handshake {
  readonly certificate: PeerCertificate;
  readonly protocol: string;
  /** `trusted`, or why not. */
  readonly chain: string;
}

function handshake(site: Site, address: string, options: ConnectionOptions): Promise<Handshake> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port: site.ports.https,
      servername: site.domain,
      ca: site.ca,
      // Both are judged by the caller, which reports what it found instead of ending at the first fault.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...options,
    });
    socket.setTimeout(5_000, () => socket.destroy(new Error("no TLS handshake within 5000 ms")));
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      resolve({
        certificate: socket.getPeerCertificate(),
        protocol: socket.getProtocol() ?? "unknown",
        chain: socket.authorized ? "trusted" : String(socket.authorizationError),
      });
      socket.destroy();
    });
  });
}

/** OpenSSL offers TLS 1.1 only when its security level is lowered; the server's answer counts, not our refusal to ask. */
async function refusesOldProtocol(site: Site, address: string): Promise<"refused" | "accepted"> {
  const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
  try {
    await handshake(site, address, old);
    return "accepted";
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (/PROTOCOL_VERSION|HANDSHAKE_FAILURE|ECONNRESET|UNSUPPORTED_PROTOCOL/.test(code)) return "refused";
    throw error;
  }
}
