import { expect, test } from "vitest";
import type { Answers } from "../../src/answers/answers.ts";
import { stackText } from "../../src/answers/write.ts";
import { SHOP } from "./typed.ts";

const HEADER = `# What this stack is made of: the one file to edit. What it leaves out has its default.
# quintet plan says what a change of it would do, quintet apply does it.
`;

test("writes a stack.yml as a person would", () => {
  expect(stackText(SHOP)).toBe(`${HEADER}
name: shop
hosts:
  web1: { address: 10.0.0.11, tiers: [loadbalancer, web] }
  web2: { address: 10.0.0.12, tiers: [loadbalancer, web] }
  app1: { address: 10.0.0.21, tiers: [app] }
  app2: { address: 10.0.0.22, tiers: [app] }
  db1: { address: 10.0.0.31, tiers: [database] }
virtual_ip: { address: 10.0.0.100 } # an unused address of the balancers' subnet: the one that clients use
site: { domain: shop.example }
app: { source: ./shop, runtime: node, start: node server.js }
database: { name: shop } # one host: a single point of failure
`);
});

test("writes all that can be said, and quotes what has to be", () => {
  const answers: Answers = {
    ...SHOP,
    layout: "custom",
    hosts: `lb=10.0.0.1,private=192.168.0.1,tiers=loadbalancer,ssh_user=root,ssh_port=22,ssh_identity="~/a b",ssh_host=lb-a,suite=sid
      no="2001:db8::1",tiers=app+web,ssh_proxy_jump=none`,
    "ssh-user": "deploy",
    "ssh-port": "2222",
    "ssh-identity": "~/.ssh/id_ed25519",
    "ssh-proxy-jump": "jump@192.0.2.1:2222",
    "virtual-ip-prefix": "26",
    "virtual-ip-interface": "eth1",
    "virtual-ip-advert-ms": "150",
    "virtual-ip-router-id": "7",
    "app-build": "npm ci && npm run build: all # it",
    "app-static": "public",
    "app-port": "8000",
    "app-health": "/up",
    "app-response-timeout-ms": "7000",
    "app-env": 'A=yes\nB="quoted" {{ x }}\n"C=two  blanks "\nD=',
    "static-paths": "/assets, /img",
    "database-engine": "mariadb",
    "database-name": "shop_live",
    "database-port": "3307",
    "database-buffer-pool-mb": "512",
    "check-static": "/assets/a.css",
    "check-dynamic": "/hello",
    "check-write": "/writes",
    "ssh-from": "10.0.0.0/8 fd00::/8",
    "metrics-from": "203.0.113.7/32",
    "rehearsal-suite": "trixie",
    "rehearsal-sudo": "password",
  };
  expect(stackText(answers)).toBe(`${HEADER}
name: shop
hosts:
  lb: { address: 10.0.0.1, private_address: 192.168.0.1, tiers: [loadbalancer], ssh: { user: root, port: 22, identity: ~/a b, host: lb-a }, machine: { suite: sid } }
  "no": { address: 2001:db8::1, tiers: [app, web], ssh: { proxy_jump: none } }
ssh: { user: deploy, port: 2222, identity: ~/.ssh/id_ed25519, proxy_jump: jump@192.0.2.1:2222 }
virtual_ip: { address: 10.0.0.100, prefix: 26, interface: eth1, advert_ms: 150, router_id: 7 } # an unused address of the balancers' subnet: the one that clients use
site: { domain: shop.example }
routes: { static: [/assets, /img] }
app:
  source: ./shop
  runtime: node
  build: "npm ci && npm run build: all # it"
  start: node server.js
  static: public
  port: 8000
  health: /up
  response_timeout_ms: 7000
  env: { A: "yes", B: '"quoted" {{ x }}', C: "two  blanks ", D: "" }
database: { engine: mariadb, name: shop_live, port: 3307, buffer_pool_mb: 512 } # one host: a single point of failure
checks: { static: /assets/a.css, dynamic: /hello, write: /writes }
firewall: { ssh_from: [10.0.0.0/8, fd00::/8], metrics_from: [203.0.113.7/32] }
machine: { suite: trixie, sudo: password }
`);
});

test("leaves out what a stack.yml without it would have anyway", () => {
  const defaults: Answers = {
    "virtual-ip-advert-ms": "100",
    tls: "self-signed",
    "app-port": "3000",
    "app-health": "/healthz",
    "app-response-timeout-ms": "5000",
    "static-paths": "/assets /favicon.ico /robots.txt",
    "database-engine": "mysql",
    "database-packages": "distribution",
    "database-port": "3306",
    "check-dynamic": "/",
    "app-build": " ",
  };
  expect(stackText({ ...SHOP, ...defaults })).toBe(stackText(SHOP));
});

test.each([
  ["./shop", "../../shop"],
  [".", "../.."],
  ["../shop", "../../../shop"],
  ["inventories/shop/app", "./app"],
  ["inventories/shop", "./"],
  ["/srv/shop", "/srv/shop"],
  ["~/shop", "~/shop"],
  ["~dora/shop", "../../~dora/shop"],
])("the path %s, typed elsewhere, is %s in the stack directory", (typed, written) => {
  const where = { cwd: "/home/dora", directory: "/home/dora/inventories/shop" };
  expect(stackText({ "app-source": typed }, where)).toContain(`app: { source: ${written}, runtime: node }`);
  expect(stackText({ "ssh-identity": typed }, where)).toContain(`ssh: { identity: ${written} }`);
});
