import { expect, test } from "vitest";
import { asExpected, type IsolationReport } from "../../../src/report/schema.ts";
import { databaseIsolation, flowIsolation } from "../../../src/verify/checks/isolation.ts";
import { THIS_COMPUTER } from "../../../src/verify/isolation/probe.ts";
import { brief, contextOf } from "./context.ts";

const tried = (from: string, to: string, port: number, change: Partial<IsolationReport>): IsolationReport => {
  const one: IsolationReport = {
    from,
    to,
    address: "10.0.0.31",
    port,
    expected: "closed",
    actual: "dropped",
    ...change,
  };
  return asExpected(one) ? one : { ...one, rule: `${to}: the rule for ${port}` };
};
const open = { expected: "open", actual: "open" } as const;
const sideDoor = { address: "fd00::31", actual: "open" } as const;

const flows = [
  tried("web1", "db1", 3306, {}),
  tried("web1", "db1", 3306, sideDoor),
  tried("web2", "db1", 3306, { actual: "refused" }),
  tried("app1", "db1", 3306, open),
  tried("app1", "db1", 3306, { address: "fd00::31" }),
  tried("app2", "db1", 3306, { expected: "open", actual: "refused" }),
  tried("app1", "db1", 22, open),
  tried("web1", "db1", 33060, { actual: "open" }),
  tried("web2", "db1", 33060, { actual: "open" }),
  tried(THIS_COMPUTER, "db1", 3306, {}),
  tried("db1", "virtual IP", 8080, { actual: "open" }),
];
const context = contextOf({}, {}, { flows: async () => flows });

test("an open database port fails where it matters, at whatever address; refused and dropped are both closed", async () => {
  const found = await databaseIsolation.run(context);
  expect(found.map(({ title }) => title)[0]).toBe("db1 port 3306 from web1");
  expect(brief(found)).toEqual([
    "web1 failed: open",
    "web2 passed: refused",
    "app1 passed: open",
    "app2 failed: refused",
    "db1 passed: dropped",
  ]);
  expect(found[0]?.fix).toMatch(/^db1: the rule for 3306\n.*sudo systemctl restart quintet-firewall\.service/);
  expect(found[2]?.fix).toBeUndefined();
});

test("what is not as planned is told for each host that was knocked at, and for the virtual IP, with each rule once", async () => {
  const found = await flowIsolation.run(context);
  expect(brief(found)).toEqual([
    "web1 passed: 0 as planned",
    "web2 passed: 0 as planned",
    "app1 passed: 0 as planned",
    "app2 passed: 0 as planned",
    "db1 failed: 3306 is open from web1; 3306 is refused from app2; 33060 is open from web1 and web2",
    "virtual IP failed: 8080 is open from db1",
  ]);
  expect(found[4]?.fix?.split("\n").slice(0, 2)).toEqual(["db1: the rule for 3306", "db1: the rule for 33060"]);
});
