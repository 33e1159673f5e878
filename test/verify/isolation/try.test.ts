import { describe, expect, test } from "vitest";
import type { Probe } from "../../../src/verify/isolation/probe.ts";
import { tryFromHost } from "../../../src/verify/isolation/try.ts";
import { hereProgram } from "./here-program.ts";
import { inNamespace, listenOn, sessionIn, whyNoNamespace } from "./namespace.ts";

const reason = await whyNoNamespace();
const probe = (address: string, port: number, via?: string): Probe => ({
  from: "web1",
  to: "db1",
  address,
  port,
  expected: "closed",
  ...(via === undefined ? {} : { via }),
});

/** Port 1001 drops two packets in three: the third try of a connection, three seconds in, gets through. */
const NETWORK = `nft -f - <<'RULES'
table inet filter {
  chain input {
    type filter hook input priority filter; policy accept;
    tcp dport 1001 numgen inc mod 3 < 2 drop
    tcp dport { 1002, 3306 } drop
    tcp dport 1003 reject
    tcp dport 1004 reject with tcp reset
  }
}
RULES
ip address add fe80::1/64 dev lo nodad
${[1000, 1001, 3306].map((port) => listenOn("127.0.0.1", port)).join("\n")}
${listenOn("::", 1005)}`;

const PORTS: readonly [Probe, string][] = [
  [probe("127.0.0.1", 1000), "open"],
  [probe("127.0.0.1", 1001), "open"],
  [probe("127.0.0.1", 1002), "dropped"],
  [probe("127.0.0.1", 1003), "refused"],
  [probe("127.0.0.1", 1004), "refused"],
  [probe("127.0.0.1", 3306), "dropped"],
  [probe("127.0.0.1", 1006), "refused"],
  [probe("::1", 1005), "open"],
  [probe("::1", 1000), "refused"],
  [probe("::1", 3306), "dropped"],
  [probe("fe80::1", 1005, "lo"), "open"],
  [probe("fe80::1", 1000, "lo"), "refused"],
  // There is no way to these.
  [probe("192.0.2.1", 80), "dropped"],
  [probe("2001:db8::1", 80), "dropped"],
];
const expected = PORTS.map(([{ address, port }, outcome]) => `${address} ${port} ${outcome}`);
const found = (outcomes: readonly string[]) =>
  PORTS.map(([{ address, port }], index) => `${address} ${port} ${outcomes[index]}`);

describe.skipIf(reason !== undefined)(`ports${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("from a host: open, refused, dropped, and open after two packets got lost", async () => {
    const probes = PORTS.map(([one]) => one);
    expect(found(await tryFromHost(sessionIn(NETWORK), probes))).toEqual(expected);
  });

  test("from this computer: the same", async () => {
    const probes = JSON.stringify(PORTS.map(([one]) => one));
    const { stdout, stderr } = await inNamespace(NETWORK, [process.execPath, hereProgram], probes);
    expect(stderr).toBe("");
    expect(found(JSON.parse(stdout))).toEqual(expected);
  });

  test("thousands at once, with few open files allowed", async () => {
    const many = Array.from({ length: 3_000 }, (_, index) => probe("127.0.0.1", 2_000 + index));
    const outcomes = await tryFromHost(sessionIn(`${listenOn("127.0.0.1", 2_999)}\nulimit -Sn 256`), many);
    expect(outcomes.length).toBe(3_000);
    expect(
      outcomes.flatMap((outcome, index) => (outcome === "refused" ? [] : [`${2_000 + index} ${outcome}`])),
    ).toEqual(["2999 open"]);
  });

  test("what could not be tried is an error, and no closed port", async () => {
    const attempt = tryFromHost(sessionIn("true"), [probe("fe80::1", 1000)]);
    await expect(attempt).rejects.toThrow("ports could not be tried from web1: ['fe80::1', 1000, None]: EINVAL");
  });
});
