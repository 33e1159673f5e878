import { expect, test } from "vitest";
import { parseStat } from "../../src/verify/haproxy.ts";
import { poolProblems } from "../../src/verify/health.ts";
import { addressesOf } from "../../src/verify/holders.ts";
import { fiveHosts } from "./stack.ts";

const STAT = `# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight
https,FRONTEND,,,1,2,2000,30,0,0,0,0,0,,,,,OPEN,
web,web1,0,0,0,1,,10,0,0,,0,,0,0,0,0,UP,1
web,web2,0,0,0,1,,10,0,0,,0,,0,0,0,0,UP 1/2,1
web,BACKEND,0,0,0,1,200,20,0,0,0,0,,0,0,0,0,UP,2
app,app1,0,0,0,1,,10,0,0,,0,,0,0,0,0,DOWN,1

`;

test("the servers and what HAProxy says of them", () => {
  expect(parseStat(STAT)).toEqual([
    { backend: "web", server: "web1", status: "UP", sessions: 0 },
    { backend: "web", server: "web2", status: "UP 1/2", sessions: 0 },
    { backend: "app", server: "app1", status: "DOWN", sessions: 0 },
  ]);
  expect(() => parseStat("Permission denied\n")).toThrow('not an answer to "show stat": Permission denied');
});

test("a server that is going down, is down or is not there is a problem", () => {
  expect(poolProblems(fiveHosts("/srv/shop"), parseStat(STAT))).toEqual([
    "web/web2 is UP 1/2",
    "app/app1 is DOWN",
    "app/app2 is missing",
  ]);
});

test("the addresses of every interface", () => {
  const json =
    '[{"ifname":"lo","addr_info":[{"local":"127.0.0.1"},{"local":"::1"}]},{},{"addr_info":[{"local":"10.0.0.1"}]}]';
  expect(addressesOf(json)).toEqual(["127.0.0.1", "::1", "10.0.0.1"]);
});
