import { addressRules } from "./address-rules.ts";
import { appRules } from "./app-rules.ts";
import type { Draft } from "./draft.ts";
import type { Report } from "./faults.ts";
import { firewallRules } from "./firewall-rules.ts";
import { nameRules } from "./name-rules.ts";
import { portRules } from "./port-rules.ts";
import { routeRules } from "./route-rules.ts";
import { tierRules } from "./tier-rules.ts";
import { virtualIpRules } from "./virtual-ip-rules.ts";

/** Reports what the shape of single settings cannot say; runs on whatever part of a stack is there: all of it if `complete`. */
export function checkRules(draft: Draft, complete: boolean, fault: Report, warn: Report): void {
  nameRules(draft, fault);
  addressRules(draft, fault);
  virtualIpRules(draft, fault);
  tierRules(draft, complete, fault, warn);
  portRules(draft, fault);
  routeRules(draft, fault);
  appRules(draft, fault);
  firewallRules(draft, fault);
}
