import { expect, test } from "vitest";
import { guestFiles } from "../../src/machines/nspawn/guest.ts";
import { planNetwork } from "../../src/machines/nspawn/network-plan.ts";
import { reachableServers } from "../../src/machines/nspawn/resolver.ts";
import { host, stack } from "./example.ts";

const hostKey = { privateKey: "PRIVATE\n", publicKey: "PUBLIC\n" };

function files(user: string, sudo: "passwordless" | "password" = "passwordless") {
  const one = {
    ...host("web1", "10.77.9.11", { user, port: 2222, identity: "/stack/id" }),
    machine: { ...host("web1", "10.77.9.11").machine, sudo },
    privateAddress: "10.77.9.61",
  };
  const made = guestFiles(one, planNetwork(stack([one])), "nameserver 192.0.2.53\n", hostKey);
  return Object.fromEntries(made.map(({ path, mode, text }) => [path, `${mode.toString(8)} ${text}`]));
}

test("what makes a machine a host", () => {
  expect(files("deploy")).toEqual({
    "/etc/hostname": "644 web1\n",
    "/etc/hosts": "644 127.0.0.1 localhost\n127.0.1.1 web1\n::1 localhost ip6-localhost ip6-loopback\n",
    "/etc/resolv.conf": "644 nameserver 192.0.2.53\n",
    "/etc/sysctl.d/10-host.conf": "644 net.ipv4.ip_forward = 0\n",
    "/etc/systemd/network/10-host.network":
      "644 [Match]\nName=host0\n\n[Network]\nAddress=10.77.9.11/24\nAddress=10.77.9.61/24\nGateway=10.77.9.1\nIPv6AcceptRA=no\n",
    "/etc/ssh/ssh_host_ed25519_key": "600 PRIVATE\n",
    "/etc/ssh/ssh_host_ed25519_key.pub": "644 PUBLIC\n",
    "/etc/ssh/sshd_config.d/10-port.conf": "644 Port 2222\n",
    "/etc/sudoers.d/90-rehearsal": "440 deploy ALL=(ALL:ALL) NOPASSWD: ALL\n",
  });
});

test("sudo asks for a password where the machine is made so", () => {
  expect(files("deploy", "password")["/etc/sudoers.d/90-rehearsal"]).toBe("440 deploy ALL=(ALL:ALL) ALL\n");
});

test("root needs no sudo", () => {
  expect(Object.keys(files("root"))).not.toContain("/etc/sudoers.d/90-rehearsal");
});

test.each([
  ["nameserver 192.0.2.53\nnameserver 192.0.2.54\n", ["192.0.2.53", "192.0.2.54"]],
  ["# a stub\nnameserver 127.0.0.53\noptions edns0\n", []],
  ["nameserver ::1\nnameserver fe80::1%eth0\nnameserver 192.0.2.53 \n", ["192.0.2.53"]],
  ["#nameserver 192.0.2.53\nnameserver 0.0.0.0\n", []],
  ["", []],
])("name servers that a machine can reach in %j", (text, servers) => {
  expect(reachableServers(text)).toEqual(servers);
});
