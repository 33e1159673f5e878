import { expect, test } from "vitest";
import { fromText, type Imported } from "../../src/answers/import/from-text.ts";

/** Hosts, other answers and notes, one a line. */
function summary(imported: Imported): string[] {
  if (imported.kind === "stack") return ["a stack.yml"];
  const { layout = "no layout", hosts = "", ...others } = imported.answers;
  return [
    `${imported.format}: ${layout}`,
    ...hosts.split("\n").filter((line) => line !== ""),
    ...Object.entries(others).map(([id, text]) => `${id}: ${text}`),
    ...imported.notes.map(({ line, message }) => `${line}: ${message}`),
  ];
}

const FIVE = ["web1=10.0.0.11", "web2=10.0.0.12", "app1=10.0.0.21", "app2=10.0.0.22", "db1=10.0.0.31"];

test.each<[what: string, text: string, expected: string[]]>([
  [
    "an inventory in INI format, with groups as others call them",
    `# production
[haproxy]
lb[1:2].example.com ansible_user=deploy

[webservers]
web01 ansible_host=10.0.0.11 ansible_port=2222 ; not a comment for Ansible, either
web02 ansible_host="10.0.0.12"
[appservers]
10.0.0.21
10.0.0.22:2200
[mysql]
database ansible_host=10.0.0.31
[monitoring]
mon1 ansible_host=10.0.0.50
[all:vars]
ansible_ssh_private_key_file=~/.ssh/shop key
ansible_ssh_common_args='-o StrictHostKeyChecking=no -o ProxyJump=jump@bastion.example:2222'
ansible_become_password=hunter2
[webservers:vars]
ansible_user=www
`,
    [
      "Ansible inventory (INI): custom",
      "lb1=lb1.example.com,tiers=loadbalancer,ssh_user=deploy",
      "lb2=lb2.example.com,tiers=loadbalancer,ssh_user=deploy",
      "web01=10.0.0.11,tiers=web,ssh_user=www,ssh_port=2222",
      "web02=10.0.0.12,tiers=web,ssh_user=www",
      "app1=10.0.0.21,tiers=app",
      "app2=10.0.0.22,tiers=app,ssh_port=2200",
      "db1=10.0.0.31,tiers=database",
      "ssh-identity: ~/.ssh/shop key",
      "ssh-proxy-jump: jump@bastion.example:2222",
      "0: ansible_become_password is a secret, and left out.",
      "3: lb1.example.com is called lb1 here.",
      "3: lb2.example.com is called lb2 here.",
      "6: ; not a comment for Ansible, either says no value; left out.",
      "9: 10.0.0.21 is called app1 here.",
      "10: 10.0.0.22 is called app2 here.",
      "12: database is called db1 here.",
      "14: Nothing says what mon1 is for; left out. To have it in the stack, say its tiers: mon1=10.0.0.50,tiers=web.",
    ],
  ],
  [
    "an inventory in YAML, with children of children and what a group says for its hosts",
    `all:
  vars: { ansible_user: deploy }
  children:
    shop:
      children:
        loadbalancers: { hosts: { web1: {}, web2: {} } }
        web:
          hosts:
            web1: { ansible_host: 10.0.0.11, private_address: 192.168.0.11 }
            web2: { ansible_host: 10.0.0.12 }
        apps:
          vars: { ansible_port: 2222 }
          hosts:
            app1: { ansible_host: 10.0.0.21 }
            app2: { ansible_host: 10.0.0.22, ansible_port: 22 }
        db: { hosts: { db1: { ansible_host: "{{ address_of_db }}" } } }
`,
    [
      "Ansible inventory (YAML): five",
      "web1=10.0.0.11,private=192.168.0.11",
      "web2=10.0.0.12",
      "app1=10.0.0.21,ssh_port=2222",
      "app2=10.0.0.22,ssh_port=22",
      "db1=db1",
      "ssh-user: deploy",
      "16: db1: ansible_host is a template, and left out.",
    ],
  ],
  [
    "what Quintet itself generates",
    `all:
  hosts:
    web1: { ansible_host: "10.0.0.11" }
    web2: { ansible_host: "10.0.0.12" }
  children:
    loadbalancer: { hosts: { web1: , web2: } }
    web: { hosts: { web1: , web2: } }
`,
    [
      "Ansible inventory (YAML): custom",
      "web1=10.0.0.11,tiers=loadbalancer+web",
      "web2=10.0.0.12,tiers=loadbalancer+web",
    ],
  ],
  [
    "groups that are each other's children",
    "[web]\n10.0.0.11\n[a:children]\nb\nweb\n[b:children]\na\n",
    ["Ansible inventory (INI): custom", "web1=10.0.0.11,tiers=web", "2: 10.0.0.11 is called web1 here."],
  ],
  [
    "two web servers and no balancers, as with five machines",
    "[web]\nwww-a ansible_host=10.0.0.11\nwww-b ansible_host=10.0.0.12\n[app]\napp1 ansible_host=10.0.0.21\n[db]\ndb1 ansible_host=10.0.0.31",
    [
      "Ansible inventory (INI): custom",
      "www-a=10.0.0.11,tiers=loadbalancer+web",
      "www-b=10.0.0.12,tiers=loadbalancer+web",
      "app1=10.0.0.21,tiers=app",
      "db1=10.0.0.31,tiers=database",
      "0: www-a and www-b carry the balancers, as in the layout of five machines.",
    ],
  ],
  [
    "pasted pairs",
    "web1=10.0.0.11 web2=10.0.0.12,app1=10.0.0.21\napp2=10.0.0.22\n\ndb1=10.0.0.31",
    ["list of hosts: five", ...FIVE],
  ],
  ["pairs as YAML has them", FIVE.map((pair) => pair.replace("=", ": ")).join("\n"), ["list of hosts: five", ...FIVE]],
  ["names before addresses", FIVE.map((pair) => pair.replace("=", "   ")).join("\n"), ["list of hosts: five", ...FIVE]],
  [
    "a hosts file",
    `127.0.0.1 localhost
::1 ip6-localhost
ff02::1 ip6-allnodes
10.0.0.11 web1.example web1
10.0.0.12	web2 # the second
10.0.0.21 APP1.example
10.0.0.22 app2
10.0.0.31 db1
10.0.0.99 printer`,
    [
      "list of hosts: five",
      ...FIVE,
      "1: 127.0.0.1 is a loopback address: each machine is that to itself; left out.",
      "2: ::1 is a loopback address: each machine is that to itself; left out.",
      "3: ff02::1 is a multicast address; left out.",
      "6: APP1.example is called app1 here.",
      "9: Nothing says what printer is for; left out. To have it in the stack, say its tiers: printer=10.0.0.99,tiers=web.",
    ],
  ],
  [
    "addresses alone",
    "10.0.0.11, 10.0.0.12\n10.0.0.21 10.0.0.22 10.0.0.31\n10.0.0.99",
    [
      "list of hosts: five",
      ...FIVE,
      "1: Addresses without names are taken in the layout's order: web1, web2, app1, app2 and db1.",
      "3: The layout five has no place left for 10.0.0.99; left out.",
    ],
  ],
  [
    "seven addresses alone",
    "10.0.0.1\n10.0.0.2\n10.0.0.11\n10.0.0.12\n10.0.0.21\n10.0.0.22\n10.0.0.31",
    [
      "list of hosts: seven",
      "lb1=10.0.0.1",
      "lb2=10.0.0.2",
      ...FIVE,
      "1: Addresses without names are taken in the layout's order: lb1, lb2, web1, web2, app1, app2 and db1.",
    ],
  ],
  [
    "hosts whose names say what they are for",
    "haproxy-a=10.0.0.1 node-01=10.0.0.21 kafka1=10.0.0.41",
    [
      "list of hosts: custom",
      "haproxy-a=10.0.0.1,tiers=loadbalancer",
      "node-01=10.0.0.21,tiers=app",
      "1: haproxy-a is taken for loadbalancer, by its name.",
      "1: node-01 is taken for app, by its name.",
      "1: Nothing says what kafka1 is for; left out. To have it in the stack, say its tiers: kafka1=10.0.0.41,tiers=web.",
    ],
  ],
  ["a stack.yml", "name: shop\nhosts: {}\n", ["a stack.yml"]],
  ["a stack.yml that is no YAML", "name: shop\nhosts: [\n", ["a stack.yml"]],
  ["a stack.yml of nothing but hosts", "hosts: { web1: { address: 10.0.0.11 } }", ["a stack.yml"]],
  ["nothing", " \n\n", ["list of hosts: no layout"]],
  [
    "a shopping list",
    "2 apples\n- pears",
    [
      "list of hosts: no layout",
      "1: 2 apples says no host; left out. Give name=address, such as web1=10.0.0.11.",
      "2: - pears says no host; left out. Give name=address, such as web1=10.0.0.11.",
    ],
  ],
])("reads %s", (_, text, expected) => {
  expect(summary(fromText(text))).toEqual(expected);
});

test("a layout that is named goes over what the text looks like", () => {
  expect(summary(fromText("10.0.0.1 10.0.0.2", "seven"))).toEqual([
    "list of hosts: seven",
    "lb1=10.0.0.1",
    "lb2=10.0.0.2",
    "1: Addresses without names are taken in the layout's order: lb1 and lb2.",
  ]);
});

test("a text that is too long is not read", () => {
  expect(summary(fromText("x".repeat(300_000)))).toEqual([
    "list of hosts: no layout",
    "0: The text is 293 KiB long; 256 KiB is the most.",
  ]);
});
