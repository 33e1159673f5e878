import { whyNoHost } from "./address-kinds.ts";
import { type Address, bothSpellings, isAddress, readAddress } from "./addresses.ts";
import type { Draft } from "./draft.ts";
import type { Path, Report } from "./faults.ts";

const SETTINGS = ["address", "private_address"] as const;

export interface HostAddress {
  readonly host: string;
  readonly path: Path;
  readonly address: Address;
}

/** Every address of every host that is one, in the order of the file. */
export function hostAddresses(draft: Draft): HostAddress[] {
  return Object.entries(draft.hosts ?? {}).flatMap(([host, settings]) =>
    SETTINGS.flatMap((setting) => {
      const text = settings?.[setting];
      const address = text === undefined ? undefined : readAddress(text);
      return address !== undefined && isAddress(address) ? [{ host, path: ["hosts", host, setting], address }] : [];
    }),
  );
}

/** Addresses are well-formed, can be a machine's, and belong to one host each. */
export function addressRules(draft: Draft, fault: Report): void {
  for (const [host, settings] of Object.entries(draft.hosts ?? {})) {
    for (const setting of SETTINGS) checkAddress(["hosts", host, setting], settings?.[setting], fault);
  }
  checkAddress(["virtual_ip", "address"], draft.virtual_ip?.address, fault);
  const owners = new Map<string, HostAddress>();
  for (const one of hostAddresses(draft)) {
    const owner = owners.get(one.address.text);
    if (owner === undefined) owners.set(one.address.text, one);
    // A private address that repeats the host's own address changes nothing.
    else if (owner.host !== one.host) {
      const also = owner.path.at(-1) === "address" ? "address" : "private address";
      fault(
        one.path,
        `${bothSpellings(one.address)} is already the ${also} of ${owner.host}.`,
        "Give each host its own.",
      );
    }
  }
}

function checkAddress(path: Path, text: string | undefined, fault: Report): void {
  if (text === undefined) return;
  const address = readAddress(text);
  const why = isAddress(address) ? whyNoHost(address) : undefined;
  if (!isAddress(address)) fault(path, ...address);
  else if (why !== undefined) fault(path, `${text} ${why}.`, "Give the address of one machine, such as 10.0.0.30.");
}
