import { expect, test } from "vitest";
import { cellText, matrixOf } from "../../src/report/matrix.ts";
import type { IsolationReport } from "../../src/report/schema.ts";

const hosts = [
  { name: "web1", address: "192.0.2.11", tiers: ["web" as const] },
  { name: "db1", address: "192.0.2.31", tiers: ["database" as const] },
  { name: "app1", address: "192.0.2.21", tiers: ["app" as const] },
];
/** Such as "app1 db1 3306 open open". */
const tried = (text: string, address = "192.0.2.31"): IsolationReport => {
  const [from = "", to = "", port, expected, actual] = text.replace(/(this|virtual) /g, "$1_").split(" ");
  const name = (one: string) => one.replace("_", " ");
  return { from: name(from), to: name(to), address, port: Number(port), expected, actual } as IsolationReport;
};

const isolation = [
  tried("this computer db1 3306 closed dropped"),
  tried("this computer virtual IP 443 open open"),
  tried("app1 db1 3306 open open"),
  tried("app1 db1 22 open open"),
  tried("app1 db1 22 open open", "2001:db8::31"),
  tried("app1 db1 3306 closed dropped", "2001:db8::31"),
  tried("app1 db1 111 closed refused"),
  tried("app1 web1 8080 closed dropped"),
  tried("web1 db1 3306 closed open"),
  tried("web1 db1 3306 closed open", "2001:db8::31"),
  tried("web1 db1 22 open dropped"),
  tried("web1 db1 80 closed dropped"),
];

test("sources down, targets across, in the stack's order, with what is no host at the end", () => {
  const { sources, targets, rows } = matrixOf(isolation, hosts);
  expect(sources).toEqual(["web1", "app1", "this computer"]);
  expect(targets).toEqual(["web1", "db1", "virtual IP"]);
  expect(rows.map((row) => row.map(cellText))).toEqual([
    ["", "3306 open!; 22 dropped!", ""],
    ["-", "22 3306", ""],
    ["", "-", "443"],
  ]);
  expect(rows.map((row) => row.map(({ status }) => status))).toEqual([
    ["none", "wrong", "none"],
    ["right", "right", "none"],
    ["none", "right", "right"],
  ]);
});

test("a port counts once, whatever addresses it was tried at; one that is open somewhere is not counted as closed", () => {
  const [[, fromWeb] = [], [, fromApp] = []] = matrixOf(isolation, hosts).rows;
  expect(fromApp).toMatchObject({ from: "app1", to: "db1", open: [22, 3306], closed: 1, wrong: [] });
  expect(fromWeb).toMatchObject({ from: "web1", to: "db1", open: [], closed: 1 });
  expect(fromWeb?.wrong.length).toBe(3);
});

test("nothing was tried", () => {
  expect(matrixOf([], hosts)).toEqual({ sources: [], targets: [], rows: [] });
});
