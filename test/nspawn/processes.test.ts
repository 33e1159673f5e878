import { expect, test } from "vitest";
import { parseProcesses } from "../../src/machines/nspawn/processes.ts";

const OUTPUT = `/proc/1/status:NSpid:\t1
/proc/70/status:NSpid:\t70
/proc/71/status:NSpid:\t71
/proc/72/status:NSpid:\t72\t1
/proc/73/status:NSpid:\t73\t44
/proc/74/status:NSpid:\t74\t45\t1
/proc/75/status:State:\tZ (zombie)
/proc/75/status:NSpid:\t75
/proc/90/status:NSpid:\t90\t1
/proc/91/status:NSpid:\t91\t1
/proc/70/cgroup:9:name=systemd:/quintet-shop.web1
/proc/70/cgroup:0::/quintet-shop.web1
/proc/71/cgroup:0::/quintet-shop.web1/supervisor
/proc/72/cgroup:9:name=systemd:/quintet-shop.web1/payload
/proc/72/cgroup:0::/quintet-shop.web1/payload/init.scope
/proc/73/cgroup:0::/quintet-shop.web1/payload/system.slice/ssh.service
/proc/74/cgroup:0::/quintet-shop.web1/payload/system.slice/inner.service
/proc/75/cgroup:0::/quintet-shop.web1
/proc/90/cgroup:0::/machine.slice/quintet-shop.db1.service/payload/init.scope
/proc/91/cgroup:0::/quintet-shop-2.web1/payload/init.scope
`;

test("processes are told by what the kernel says of their control group and process namespace", () => {
  expect(parseProcesses(OUTPUT, "shop")).toEqual([
    { pid: 70, machine: "shop.web1", role: "starter" },
    { pid: 71, machine: "shop.web1", role: "nspawn" },
    { pid: 72, machine: "shop.web1", role: "init" },
    { pid: 73, machine: "shop.web1", role: "inside" },
    { pid: 74, machine: "shop.web1", role: "inside" },
    { pid: 90, machine: "shop.db1", role: "init" },
  ]);
  expect(parseProcesses("", "shop")).toEqual([]);
});
