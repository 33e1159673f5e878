import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { ansibleEnvironment } from "../../src/ansible/environment.ts";

test("the caller's environment stays, but for what would change Ansible's meaning", () => {
  const base = {
    HOME: "/home/me",
    SSH_AUTH_SOCK: "/run/agent",
    LC_ALL: "C",
    ANSIBLE_STRATEGY: "debug",
    ANSIBLE_VAULT_PASSWORD_FILE: "/other",
    PYTHONHOME: "/broken",
    EMPTY: undefined,
  };
  expect(ansibleEnvironment(base, { stackDirectory: "/stacks/shop", controlPathDirectory: "/run/q" })).toEqual({
    HOME: "/home/me",
    SSH_AUTH_SOCK: "/run/agent",
    ANSIBLE_CONFIG: "/stacks/shop/ansible.cfg",
    ANSIBLE_CALLBACK_PLUGINS: fileURLToPath(new URL("../../src/ansible/callback_plugins", import.meta.url)),
    ANSIBLE_STDOUT_CALLBACK: "quintet_events",
    ANSIBLE_NOCOLOR: "1",
    ANSIBLE_SSH_CONTROL_PATH_DIR: "/run/q",
    LC_ALL: "C.UTF-8",
    PYTHONUNBUFFERED: "1",
    SSH_ASKPASS_REQUIRE: "never",
  });
});
