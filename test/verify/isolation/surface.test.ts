import { type AddressInfo, createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../../src/command.ts";
import type { Session } from "../../../src/remote/session.ts";
import { parseSurface, surfaceHere, surfaceOf } from "../../../src/verify/isolation/surface.ts";
import { fiveHosts } from "../stack.ts";

test("what listens here and which addresses there are is seen, as a host would say it", async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "::1", resolve));
  const { port } = server.address() as AddressInfo;
  const [host] = fiveHosts("/srv/shop").hosts;
  if (host === undefined) throw new Error("no host");
  const session = { host, run: (argv: readonly string[]) => runCommand(argv) } as unknown as Session;
  const seen = await surfaceOf(session);
  expect(seen.listening).toContainEqual({ address: "::1", port });
  const sorted = (list: readonly { address: string; prefix: number }[]) =>
    list.map(({ address, prefix }) => `${address}/${prefix}`).sort();
  // Interfaces that are down have addresses too, which Node leaves out.
  expect(sorted(seen.addresses)).toEqual(expect.arrayContaining(sorted(surfaceHere().addresses)));
});

test("what is nobody's yet, and loopback, are left out", () => {
  const links = [
    { ifname: "lo", link_type: "loopback", addr_info: [{ local: "127.0.0.1", prefixlen: 8, scope: "host" }] },
    {
      ifname: "eth0",
      link_type: "ether",
      addr_info: [
        { local: "10.0.0.11", prefixlen: 24, scope: "global" },
        { local: "fd00::11", prefixlen: 64, scope: "global", tentative: true },
        { local: "fe80::11", prefixlen: 64, scope: "link" },
      ],
    },
  ];
  expect(parseSurface(JSON.stringify({ links, listening: [] })).addresses).toEqual([
    { interface: "eth0", address: "10.0.0.11", prefix: 24, linkLocal: false },
    { interface: "eth0", address: "fe80::11", prefix: 64, linkLocal: true },
  ]);
});

test("a host that cannot say it is an error", async () => {
  const [host] = fiveHosts("/srv/shop").hosts;
  const failed = { exitCode: 127, stdout: "", stderr: "env: 'python3': No such file or directory\n" };
  const session = { host, run: async () => failed } as unknown as Session;
  await expect(surfaceOf(session)).rejects.toThrow("what web1 listens on could not be seen: env: 'python3'");
});
