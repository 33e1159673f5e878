import { describe, expect, test } from "vitest";
import type { Event } from "../../src/events.ts";
import { boxesFor, boxOf, ensureBoxes } from "../../src/machines/vagrant/boxes.ts";
import { vagrantFor } from "../../src/machines/vagrant/call.ts";
import type { RehearsalMachine } from "../../src/stack/stack.ts";
import { host, stack } from "../nspawn/example.ts";
import { computer } from "./world.ts";

const machine = (changes: Partial<RehearsalMachine>) => ({
  ...host("web1", "10.77.9.11"),
  machine: { ...host("web1", "10.77.9.11").machine, ...changes },
});

test.each([
  [{}, "virtualbox", "bento/debian-13"],
  [{}, "libvirt", "cloud-image/debian-13"],
  [{ suite: "bookworm" }, "parallels", "bento/debian-12"],
  [{ suite: "sid" }, "virtualbox", "bento/debian-13"],
  [{ box: "own/debian", suite: "sid" }, "libvirt", "own/debian"],
] as const)("%j by %s is %s", (changes, provider, box) => {
  expect(boxOf(machine(changes), provider)).toBe(box);
});

const LIST = `1,,ui,info,bento/debian-13 (virtualbox)
1,,box-name,bento/debian-13
1,,box-provider,virtualbox
1,,box-version,202510.26.0
1,,box-name,cloud-image/debian-13
1,,box-provider,libvirt
`;

test("boxes are those of one provider", () => {
  expect([...boxesFor(LIST, "virtualbox")]).toEqual(["bento/debian-13"]);
  expect([...boxesFor(LIST, "lxc")]).toEqual([]);
});

describe("before a machine is made", () => {
  const five = stack([host("web1", "10.77.9.11"), { ...machine({ box: "own/debian" }), name: "db1" }]);

  test("only boxes that are missing are fetched, each once", async () => {
    const { world, lines } = computer({ "vagrant box list": LIST });
    await ensureBoxes(vagrantFor(world, five, "virtualbox"), five, "virtualbox", () => {});
    expect(lines()).toEqual([
      "vagrant box list --machine-readable",
      "vagrant box add own/debian --provider virtualbox",
    ]);
  });

  test("what Vagrant has against the stack is not taken for a box that is missing", async () => {
    const { world, lines } = computer({ "vagrant box list": { exitCode: 1, stderr: "no machines in stack.yml" } });
    const fetch = ensureBoxes(vagrantFor(world, five, "lxc"), five, "lxc", () => {});
    await expect(fetch).rejects.toMatchObject({
      fields: {
        message: "This computer cannot learn from Vagrant which boxes it has.",
        detail: "no machines in stack.yml",
      },
    });
    expect(lines()).toEqual(["vagrant box list --machine-readable"]);
  });

  test("one that cannot be fetched stops it, and says what could be done", async () => {
    const { world } = computer({ "vagrant box add": { exitCode: 1, stderr: "the box could not be found" } });
    const events: Event[] = [];
    const fetch = ensureBoxes(vagrantFor(world, five, "lxc"), five, "lxc", (event) => events.push(event));
    await expect(fetch).rejects.toMatchObject({
      fields: {
        message: "The box bento/debian-13 for Vagrant's provider lxc cannot be fetched.",
        exitCode: 3,
        detail: "the box could not be found",
        next: "Name a box for lxc under machine.box in stack.yml, or add one that you have: vagrant box add --name bento/debian-13 --provider lxc FILE",
      },
    });
    expect(events.map((event) => "text" in event && event.text)).toEqual([
      "fetching the box bento/debian-13 (once)",
      "no box bento/debian-13",
    ]);
  });
});
