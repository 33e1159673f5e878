import { type Address, contains, isNetwork, readNetwork } from "./addresses.ts";

const KINDS = [
  ["0.0.0.0/8", "stands for no machine at all"],
  ["127.0.0.0/8", "is a loopback address: each machine is that to itself"],
  ["224.0.0.0/4", "is a multicast address"],
  ["240.0.0.0/4", "is a broadcast or reserved address"],
  ["::/128", "stands for no machine at all"],
  ["::1/128", "is a loopback address: each machine is that to itself"],
  ["::ffff:0:0/96", "is an IPv4 address in IPv6 spelling"],
  ["fe80::/10", "is a link-local address: it means nothing without an interface"],
  ["ff00::/8", "is a multicast address"],
] as const;

/** Why no host can be reached at this address, or undefined where one can. */
export function whyNoHost(address: Address): string | undefined {
  return KINDS.find(([text]) => {
    const network = readNetwork(text);
    return isNetwork(network) && contains(network, address);
  })?.[1];
}
