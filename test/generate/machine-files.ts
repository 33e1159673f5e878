import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "yaml";
import { runCommand } from "../../src/command.ts";
import type { Host, Stack } from "../../src/stack/stack.ts";
import { CHECKOUT } from "./golden.ts";

/** What tasks find out on a machine before they fill a template in. */
const FOUND = {
  __loadbalancer_interfaces: { stdout: JSON.stringify([{ ifname: "host0" }]) },
};

const PLAYBOOK = [
  {
    name: "Fill in the templates of every host on this computer",
    hosts: "all",
    gather_facts: false,
    vars_files: ["secrets.yml"],
    tasks: [
      { "ansible.builtin.set_fact": { memtotal_mb: 1024, cacheable: true } },
      {
        "ansible.builtin.template": {
          src: "{{ item }}",
          dest: "{{ playbook_dir }}/machines/{{ inventory_hostname }}/{{ item | basename | splitext | first }}",
        },
        loop: "{{ host_roles | map('regex_replace', '$', '/templates/*.j2') | map('regex_replace', '^', playbook_dir ~ '/roles/') | map('fileglob') | flatten }}",
        diff: false,
      },
    ],
  },
];

/**
 * Fills in the templates of a stack directory, whose secrets.yml is in clear, as Ansible would for its machines, and
 * puts them, with the files that need no filling in, into machines/HOST/ of it. Returns host -> file name -> content.
 */
export async function machineFiles({ directory, hosts }: Stack): Promise<Map<string, Map<string, string>>> {
  const place = ({ name }: Host) => path.join(directory, "machines", name);
  for (const host of hosts) await mkdir(place(host), { recursive: true });
  await writeFile(path.join(directory, "fill-in.yml"), stringify(PLAYBOOK));
  const extra = { ...FOUND, ansible_connection: "local", ansible_become: false };
  const result = await runCommand(
    [path.join(CHECKOUT, ".venv/bin/ansible-playbook"), "--extra-vars", JSON.stringify(extra), "fill-in.yml"],
    { cwd: directory, env: { ANSIBLE_NOCOLOR: "1" } },
  );
  if (result.exitCode !== 0) throw new Error(`${result.stdout}${result.stderr}`);
  const files = new Map<string, Map<string, string>>();
  for (const host of hosts) {
    for (const file of copied(host)) await cp(path.join(directory, file), path.join(place(host), nameOf(file, host)));
    files.set(host.name, await readAll(place(host)));
  }
  return files;
}

function copied({ name, tiers }: Host): string[] {
  return [`roles/host/files/${name}.nft`, ...(tiers.includes("app") ? ["roles/app/files/app.service"] : [])];
}

function nameOf(file: string, { name }: Host): string {
  return path.basename(file).replace(`${name}.nft`, "firewall.nft");
}

async function readAll(directory: string): Promise<Map<string, string>> {
  const names = (await readdir(directory)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(path.join(directory, name), "utf8")] as const)),
  );
}
