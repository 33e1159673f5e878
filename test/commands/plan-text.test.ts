import { expect, test } from "vitest";
import type { HostPlan } from "../../src/ansible/plan.ts";
import { planSum, planText } from "../../src/commands/plan-text.ts";

const same: HostPlan = { host: "db1", packages: [], files: [], services: [], others: [] };
const blank: HostPlan = {
  host: "app1",
  packages: ["nftables", "nodejs"],
  files: [{ path: "/etc/app.env", secret: true }],
  services: [{ unit: "app.service", action: "start" }],
  others: ["Unpack the release"],
};
const edited: HostPlan = {
  ...same,
  host: "web1",
  files: [{ path: "/etc/nginx/nginx.conf", diff: "@@ -1,2 +1,2 @@\n a\n-b\n+c", secret: false }],
  services: [{ unit: "nginx.service", action: "reload" }],
};

test("a host a section, in the order in which things happen; those that stay as they are have none", () => {
  expect(planText([edited, same, blank])).toBe(`web1:
  write /etc/nginx/nginx.conf
    @@ -1,2 +1,2 @@
     a
    -b
    +c
  reload nginx.service

app1:
  install nftables nodejs
  Unpack the release
  write /etc/app.env (not shown: holds secrets)
  start app.service
`);
});

test.each([
  [[edited, same, blank], "2 hosts would change: 2 files, 2 packages, 2 services, 1 other step; 1 stays as it is."],
  [[edited], "1 host would change: 1 file, 1 service."],
  [[edited, same, same], "1 host would change: 1 file, 1 service; 2 stay as they are."],
  [[same, same], "Nothing would change: 2 hosts are as stack.yml says."],
  [[same], "Nothing would change: 1 host is as stack.yml says."],
])("the sum of %#", (plans, sum) => {
  expect(planSum(plans)).toBe(sum);
});
