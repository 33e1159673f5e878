import { expect, test } from "vitest";
import { readHosts } from "../../src/answers/host-items.ts";
import { Interview } from "../../src/wizard/interview.ts";

const item = (name: string, address: string, options = {}) => ({ name, address, options });

test("a change of the layout keeps the addresses of the places that both have", () => {
  const interview = new Interview({ name: "shop" });
  for (const [index, { name }] of interview.seats.entries()) interview.setHost(item(name, `10.0.0.${index}`));
  interview.set("layout", "seven");
  expect(interview.answers.hosts).toBe("web1=10.0.0.0\nweb2=10.0.0.1\napp1=10.0.0.2\napp2=10.0.0.3\ndb1=10.0.0.4");
  interview.setHost(item("lb1", "10.0.0.9"));
  expect(interview.answers.hosts?.split("\n")[0]).toBe("lb1=10.0.0.9");
  interview.set("layout", "five");
  expect(interview.answers.hosts).not.toContain("lb1");
});

test("in a layout of one's own each host says its tiers, and keeps its address under another name", () => {
  const interview = new Interview({});
  interview.set("layout", "custom");
  interview.setPlaces([{ name: "edge", tiers: ["loadbalancer", "web"] }]);
  interview.setHost(item("edge", "10.0.0.1", { ssh_port: "2222" }));
  expect(interview.answers.hosts).toBe("edge=10.0.0.1,tiers=loadbalancer+web,ssh_port=2222");
  interview.setPlaces([{ name: "front", tiers: ["web"] }]);
  expect(interview.answers.hosts).toBe("front=10.0.0.1,tiers=web,ssh_port=2222");
});

test.each([
  ["five", "web1=10.0.0.1 db1=10.0.0.5", "five", ["host:0", "host:4"]],
  ["five", "lb1=10.0.0.1 web1=10.0.0.2,tiers=web", "seven", ["host:0", "host:2"]],
  ["five", "a=10.0.0.1,tiers=web b=10.0.0.2,tiers=app", "custom", ["host:0", "host:1", "tiers:0", "tiers:1"]],
  ["custom", "a=10.0.0.1 web1=10.0.0.2,tiers=web", "custom", ["host:0", "host:1", "tiers:1"]],
])("a list in the layout %s: %s", (layout, text, expected, filled) => {
  const interview = new Interview({});
  interview.set("layout", layout);
  interview.takeHosts(readHosts(text).items);
  expect(interview.layout).toBe(expected);
  expect([...interview.filled].filter((id) => !id.startsWith("place:")).sort()).toEqual(filled);
  expect(readHosts(interview.answers.hosts ?? "").items).toHaveLength(2);
});

test("what flags say goes over what was kept, and is not asked", () => {
  const kept = { answers: { name: "old", domain: "old.example" }, places: [], asked: ["name"], everything: false };
  const interview = new Interview({ name: "new", tls: " " }, kept);
  expect(interview.answers).toMatchObject({ name: "new", domain: "old.example" });
  expect([...interview.given]).toEqual(["name"]);
});
