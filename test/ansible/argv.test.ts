import { expect, test } from "vitest";
import { type PlaybookArguments, playbookArgv } from "../../src/ansible/argv.ts";

const ansible = { playbook: "/opt/venv/bin/ansible-playbook" };

test.each<[string, PlaybookArguments, string[]]>([
  ["the least", { playbook: "site.yml", inventory: "hosts.yml" }, ["--inventory=hosts.yml", "--", "site.yml"]],
  [
    "everything",
    {
      playbook: "site.yml",
      inventory: "hosts.yml",
      limit: ["web1", "web2"],
      check: true,
      diff: true,
      extraVars: "run vars.yml",
      tags: ["config"],
      vaultPasswordFile: "/home/me/.vault",
    },
    [
      "--inventory=hosts.yml",
      "--limit=web1,web2",
      "--check",
      "--diff",
      "--extra-vars=@run vars.yml",
      "--tags=config",
      "--vault-password-file=/home/me/.vault",
      "--",
      "site.yml",
    ],
  ],
  [
    "a playbook and a limit that look like flags",
    { playbook: "-site.yml", inventory: "hosts.yml", limit: ["-x"] },
    ["--inventory=hosts.yml", "--limit=-x", "--", "-site.yml"],
  ],
])("%s", (_, options, words) => {
  expect(playbookArgv(ansible, options)).toEqual(["/opt/venv/bin/ansible-playbook", ...words]);
});
