import { hostsOf } from "../../stack/stack.ts";
import { type Context, VIRTUAL_IP } from "../context.ts";

/** The virtual IP, and each balancer by its own address: the one that waits must be as good. */
export function placesOf(context: Context): { readonly name: string; readonly address: string }[] {
  const balancers = hostsOf(context, "loadbalancer").map(({ name, address }) => ({ name, address }));
  return [{ name: VIRTUAL_IP, address: context.site.address }, ...balancers];
}
