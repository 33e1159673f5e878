import { expect, test } from "vitest";
import { explain, lastError } from "../../src/ansible/explain.ts";

/** What programs really said. */
test.each<[string, string]>([
  [
    "Failed to connect to the host via ssh: @@@@@@@\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n@@@@@@@\nHost key for [127.0.0.1]:22622 has changed and you have requested strict checking.\nHost key verification failed.",
    "db1 shows another host key than the one that is pinned in known_hosts.",
  ],
  [
    "Failed to connect to the host via ssh: No ED25519 host key is known for [127.0.0.1]:22622 and you have requested strict checking.\nHost key verification failed.",
    "db1's host key is not pinned in known_hosts.",
  ],
  ["Failed to connect to the host via ssh: root@127.0.0.1: Permission denied (publickey).", "db1 refuses the SSH key."],
  ["deploy@192.0.2.1: Permission denied (publickey,password,keyboard-interactive).", "db1 refuses the SSH key."],
  [
    "Failed to connect to the host via ssh: ssh: Could not resolve hostname nosuch.invalid: Name or service not known",
    "db1's address is a name that this computer cannot resolve.",
  ],
  [
    "Failed to connect to the host via ssh: ssh: connect to host 127.0.0.1 port 1: Connection refused",
    "db1 answers, but nothing listens on its SSH port.",
  ],
  ["ssh: connect to host 192.0.2.31 port 22: No route to host", "db1 does not answer over SSH."],
  ["ssh: connect to host 192.0.2.31 port 22: Connection timed out", "db1 does not answer over SSH."],
  [
    "The module interpreter '/usr/bin/python3.99' was not found.\n/bin/sh: 1: /usr/bin/python3.99: not found",
    "db1 has no Python that Ansible could use.",
  ],
  [
    "deploy@192.0.2.1: Permission denied (publickey).\r\nkex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535",
    "The bastion on the way to db1 did not let the connection through.",
  ],
  [
    "ssh: connect to host 192.0.2.1 port 22: Connection refused\r\nkex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535",
    "The bastion on the way to db1 did not let the connection through.",
  ],
  [
    "channel 0: open failed: connect failed: No route to host\r\nstdio forwarding failed\r\nkex_exchange_identification: Connection closed by remote host\r\nConnection closed by UNKNOWN port 65535",
    "The bastion on the way to db1 cannot reach it.",
  ],
  [
    "channel 0: open failed: administratively prohibited: open failed\r\nstdio forwarding failed\r\nConnection closed by UNKNOWN port 65535",
    "The bastion on the way to db1 does not pass connections on.",
  ],
  ["Task failed: Incorrect sudo password", "The sudo password is not the right one on db1."],
  ["Missing sudo password", "The SSH user on db1 needs a password for sudo."],
  ["sudo: a password is required", "The SSH user on db1 needs a password for sudo."],
  ["deploy is not in the sudoers file.", "The SSH user on db1 may not use sudo."],
  ["/bin/sh: 1: sudo: not found", "db1 has no sudo."],
  ["[Errno 28] No space left on device", "db1's disk is full."],
  [
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (apt-get)",
    "Another program on db1 holds the package manager's lock.",
  ],
  [
    "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.",
    "An installation on db1 was interrupted half-way.",
  ],
  [
    "No package matching 'nosuchpackage-xyz' is available",
    "db1's distribution does not have a package that the stack needs.",
  ],
  [
    "Failed to update apt cache: W:Failed to fetch the Release file",
    "db1 cannot load packages from its package sources.",
  ],
  [
    "Decryption failed (no vault secrets were found that could decrypt).\nOrigin: /stacks/shop/secrets.yml",
    "The vault password does not open secrets.yml.",
  ],
  [
    "Attempting to decrypt but no vault secrets found.\nOrigin: /stacks/shop/secrets.yml",
    "The vault password does not open secrets.yml.",
  ],
  [
    "Specified inventory, host pattern and/or --limit leaves us with no hosts to target.",
    "No host of the stack is meant by --limit.",
  ],
])("%s", (text, message) => {
  const explanation = explain(text, "db1");
  expect(explanation?.message).toBe(message);
  expect(explanation?.next).toMatch(/\.$|^On the machine: sudo /);
});

test.each([
  "non-zero return code",
  "failed to validate\nnginx: [emerg] unknown directive",
  "the output has been hidden due to the fact that 'no_log: true' was specified for this result",
])("%s is not explained away", (text) => {
  expect(explain(text, "db1")).toBeUndefined();
});

test("the last error is the reason; warnings before it are not", () => {
  expect(lastError("[WARNING]: a\n[ERROR]: b\n[ERROR]: c\nOrigin: d\n")).toBe("c\nOrigin: d");
  expect(lastError("Traceback\nBoom\n")).toBe("Traceback\nBoom");
});
