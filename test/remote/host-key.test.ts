import { expect, test } from "vitest";
import { hostKeyError, judgeHostKey, pinnedAlgorithms } from "../../src/remote/host-key.ts";
import { fingerprint, knownHostsName, nameOf, parseKnownHosts } from "../../src/remote/known-hosts.ts";
import type { Host } from "../../src/stack/stack.ts";

const ED25519 = "AAAAC3NzaC1lZDI1NTE5AAAAIGMVkg/V7MDjlIzan76E19KfFfFAHaY78dzcylLxpMY0";
const ECDSA =
  "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBDtR5jbyDjIvfI4gObSCiKlRuf595xUX5RXm2YjFMCBOs4ZrzY53QCuzwvay7aqB2sS8M+ogzN4gtwansMcRGgI=";
const ed25519 = Buffer.from(ED25519, "base64");
const ecdsa = Buffer.from(ECDSA, "base64");
// Both lines were hashed by ssh-keygen -H, from 192.0.2.11 and [2001:db8::1]:2222.
const HASHED = `|1|dL63bTJHkop3YhDG6Z0fb/1UnO8=|ozfXwGg3H+jDtpHbp8t8wUMN8Wo= ssh-ed25519 ${ED25519}
|1|JcvVs9HAaAS+GpCbHuWiu4Nyiic=|hOxQNI8I5HFO4hTdy1vfhOl0XnI= ssh-ed25519 ${ED25519}`;

const table: [what: string, file: string, name: string, verdict: string][] = [
  ["a plain line", `192.0.2.11 ssh-ed25519 ${ED25519} comment`, "192.0.2.11", "pinned"],
  ["a list of names", `web1,192.0.2.11 ssh-ed25519 ${ED25519}`, "192.0.2.11", "pinned"],
  ["another port", `[192.0.2.11]:2222 ssh-ed25519 ${ED25519}`, "[192.0.2.11]:2222", "pinned"],
  ["a line for port 22, asked on another", `192.0.2.11 ssh-ed25519 ${ED25519}`, "[192.0.2.11]:2222", "unknown"],
  ["a hashed line", HASHED, "192.0.2.11", "pinned"],
  ["a hashed line with a port", HASHED, "[2001:db8::1]:2222", "pinned"],
  ["hashed lines of others", HASHED, "192.0.2.12", "unknown"],
  ["one of several keys", `h ecdsa-sha2-nistp256 ${ECDSA}\nh ssh-ed25519 ${ED25519}`, "h", "pinned"],
  ["only another key", `h ecdsa-sha2-nistp256 ${ECDSA}`, "h", "changed"],
  ["a revoked key that is also pinned", `h ssh-ed25519 ${ED25519}\n@revoked * ssh-ed25519 ${ED25519}`, "h", "revoked"],
  ["a certificate authority, which we do not use", `@cert-authority * ssh-ed25519 ${ED25519}`, "h", "unknown"],
  ["a pattern", `192.0.2.* ssh-ed25519 ${ED25519}`, "192.0.2.11", "pinned"],
  ["a dot in a pattern, which is a dot", `192.0.2.1 ssh-ed25519 ${ED25519}`, "192.0.201", "unknown"],
  ["a negated pattern", `192.0.2.*,!192.0.2.11 ssh-ed25519 ${ED25519}`, "192.0.2.11", "unknown"],
  ["a comment", `#h ssh-ed25519 ${ED25519}`, "h", "unknown"],
  ["a key that names another type", `h ssh-rsa ${ED25519}`, "h", "unknown"],
  ["half a line", "h ssh-ed25519", "h", "unknown"],
  ["an unknown marker", `@new h ssh-ed25519 ${ED25519}`, "h", "unknown"],
  ["nothing", "", "h", "unknown"],
];

test.each(table)("%s", (_, file, name, verdict) => {
  expect(judgeHostKey(parseKnownHosts(file), name, ed25519)).toBe(verdict);
});

test("the fingerprint is the one that ssh-keygen -l shows", () => {
  expect(fingerprint(ed25519)).toBe("SHA256:hjGv0v2a5VJYWpIr+JZbSsLXmEpTZS0gvBAwMqMhcDw");
});

test("only the types of pinned keys are offered, best first", () => {
  const both = parseKnownHosts(
    `h ecdsa-sha2-nistp256 ${ECDSA}\nh ssh-ed25519 ${ED25519}\nother ssh-ed25519 ${ED25519}`,
  );
  expect(pinnedAlgorithms(both, "h")).toEqual(["ssh-ed25519", "ecdsa-sha2-nistp256"]);
  expect(pinnedAlgorithms(both, "other")).toEqual(["ssh-ed25519"]);
  expect(pinnedAlgorithms(both, "third")).toBeUndefined();
  const revoked = parseKnownHosts(`@revoked h ssh-ed25519 ${ED25519}`);
  expect(pinnedAlgorithms(revoked, "h")).toBeUndefined();
});

test("names are as OpenSSH writes them", () => {
  expect(knownHostsName("192.0.2.11", 22)).toBe("192.0.2.11");
  expect(knownHostsName("2001:DB8::1", 2222)).toBe("[2001:db8::1]:2222");
});

const host: Host = {
  name: "web1",
  address: "192.0.2.11",
  privateAddress: "192.0.2.11",
  tiers: ["web"],
  ssh: { user: "deploy", port: 2222, identity: undefined },
  machine: { suite: "trixie", sudo: "passwordless", memoryMb: 1024, cpus: 1, box: undefined },
};

test("a changed key stops with both fingerprints", () => {
  const entries = parseKnownHosts(`[192.0.2.11]:2222 ecdsa-sha2-nistp256 ${ECDSA}`);
  expect(hostKeyError("/srv/my shop/known_hosts", host, "changed", ed25519, entries).fields).toEqual({
    message: "The host key of web1 ([192.0.2.11]:2222) has changed: this may not be the machine that it was.",
    exitCode: 3,
    host: "web1",
    step: "compare the host key",
    detail: `pinned: ${fingerprint(ecdsa)} (ecdsa-sha2-nistp256)\npresented: SHA256:hjGv0v2a5VJYWpIr+JZbSsLXmEpTZS0gvBAwMqMhcDw (ssh-ed25519)`,
    next: "Stop here unless you know that the machine was installed anew; then forget its old key: ssh-keygen -R '[192.0.2.11]:2222' -f '/srv/my shop/known_hosts'",
  });
});

test("an unknown key is shown, with what pins it", () => {
  const { detail, next } = hostKeyError("/srv/shop/known_hosts", host, "unknown", ed25519, []).fields;
  expect(detail).toBe("presented: SHA256:hjGv0v2a5VJYWpIr+JZbSsLXmEpTZS0gvBAwMqMhcDw (ssh-ed25519)");
  expect(next).toContain("or with --accept-host-keys");
});

test("the name is the one that ssh looks up: of the host that it connects to, or an alias", () => {
  const route = { hostname: "Web1.example", hostKeyAlias: undefined, identityFiles: [], agentSocket: undefined };
  const more = { identitiesOnly: false, proxyJump: undefined, proxyCommand: undefined, knownHostsFiles: [] };
  const named = { ...host, ssh: { ...host.ssh, route: { ...route, ...more } } };
  expect(nameOf(host)).toBe("[192.0.2.11]:2222");
  expect(nameOf(named)).toBe("[web1.example]:2222");
  expect(nameOf({ ...named, ssh: { ...named.ssh, route: { ...named.ssh.route, hostKeyAlias: "shop" } } })).toBe("shop");
});
