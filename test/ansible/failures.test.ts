import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { CONFIRM_RULES, runError, taskError } from "../../src/ansible/failures.ts";

const context = { logFile: "/stacks/shop/logs/x.log", again: "quintet apply --stack shop" };

test("a known cause is said in a sentence, with what the machine said below it", () => {
  const message = "Task failed: Failed to connect to the host via ssh: root@192.0.2.31: Permission denied (publickey).";
  expect(
    taskError({ host: "db1", role: "common", task: "Gather facts", status: "unreachable", message }, context),
  ).toEqual({
    message: "db1 refuses the SSH key.",
    exitCode: 4,
    host: "db1",
    step: "common: Gather facts",
    detail: "Failed to connect to the host via ssh: root@192.0.2.31: Permission denied (publickey).",
    logFile: "/stacks/shop/logs/x.log",
    next: "Check ssh.user and ssh.identity in stack.yml, and that the public key is in that user's authorized_keys on the machine. Then: quintet apply --stack shop",
  });
});

test("an unknown one keeps all its lines", () => {
  const message = "failed to validate\nnginx: [emerg] one\nnginx: two";
  expect(taskError({ host: "web1", role: undefined, task: "Configure", status: "failed", message }, context)).toEqual({
    message: "A task failed on web1.",
    exitCode: 4,
    host: "web1",
    step: "Configure",
    detail: message,
    logFile: "/stacks/shop/logs/x.log",
    next: "Mend what it says, then: quintet apply --stack shop",
  });
});

test("a task's own connection that is refused is not taken for SSH's", () => {
  const message = "Status code was -1 and not [200]: Request failed: <urlopen error [Errno 111] Connection refused>";
  const failure = { host: "app1", role: "app", task: "Wait until the application is healthy", message };
  expect(taskError({ ...failure, status: "failed" }, context).message).toBe("A task failed on app1.");
  expect(taskError({ ...failure, status: "unreachable" }, context).message).toBe(
    "app1 answers, but nothing listens on its SSH port.",
  );
});

test("packet filter rules that lock us out are told from a machine that does not answer", async () => {
  const message = 'Data could not be sent to remote host "192.0.2.12". ssh: connect to host: Connection timed out';
  const failure = { host: "web2", role: "host", status: "unreachable", message } as const;
  expect(taskError({ ...failure, task: CONFIRM_RULES }, context)).toMatchObject({
    message:
      "web2 lets no new SSH connection in under its new packet filter rules, so within a minute it goes back to those that it had.",
    next: "Let this computer in: its address, as the machine sees it, belongs in firewall.ssh_from in stack.yml. Then: quintet apply --stack shop",
  });
  expect(taskError({ ...failure, task: "Load the packet filter's rules" }, context).message).toBe(
    "web2 does not answer over SSH.",
  );
  const handlers = new URL("../../templates/roles/host/handlers/main.yml", import.meta.url);
  expect(await readFile(handlers, "utf8")).toContain(`- name: ${CONFIRM_RULES}\n`);
});

test("Ansible that ends before any task gives its last error", () => {
  const stderr = "[WARNING]: Unable to parse hosts.yml\n[ERROR]: the role 'web' was not found\nOrigin: site.yml:3:5";
  expect(runError(stderr, "Apply the stack", context)).toEqual({
    message: "ansible-playbook ended with an error.",
    exitCode: 4,
    step: "Apply the stack",
    detail: "the role 'web' was not found\nOrigin: site.yml:3:5",
    logFile: "/stacks/shop/logs/x.log",
    next: "Mend what it says, then: quintet apply --stack shop",
  });
});
