import { expect, test } from "vitest";
import { parseFacts, parseProgress, vagrantEnv, vagrantFor } from "../../src/machines/vagrant/call.ts";
import { host, stack } from "../nspawn/example.ts";
import { computer } from "./world.ts";

const shop = stack([host("web1", "10.77.9.11")]);

test("Vagrant reads our Vagrantfile about this stack, and keeps all it has in the stack directory", async () => {
  const { world, calls } = computer();
  await vagrantFor(world, shop, "libvirt")(["status"]);
  expect(calls).toEqual([{ line: "vagrant status", options: { env: vagrantEnv(world, shop, "libvirt") } }]);
  expect(vagrantEnv(world, shop, "libvirt")).toMatchObject({
    QUINTET_STACK: "/stack",
    VAGRANT_CWD: "/package",
    VAGRANT_DEFAULT_PROVIDER: "libvirt",
    VAGRANT_DOTFILE_PATH: "/stack/.quintet/vagrant",
    VAGRANT_VAGRANTFILE: "Vagrantfile",
  });
});

test("machine-readable lines, with Vagrant's own escapes", () => {
  const text = "1700000000,web1,state,running\nnonsense\n1700000000,,box-name,a%!(VAGRANT_COMMA)b\\nc\n";
  expect(parseFacts(text)).toEqual([
    { machine: "web1", type: "state", data: "running" },
    { machine: "", type: "box-name", data: "a,b\nc" },
  ]);
});

test.each([
  [
    "==> web1: Importing base box 'bento/debian-13'...",
    { host: "web1", text: "Importing base box 'bento/debian-13'..." },
  ],
  ["    web1: SSH address: 127.0.0.1:2222", { host: "web1", text: "SSH address: 127.0.0.1:2222" }],
  ["==> web1: ", undefined],
  ["Bringing machine 'web1' up with 'lxc' provider...", undefined],
  ["", undefined],
])("%j", (line, expected) => {
  expect(parseProgress(line)).toEqual(expected);
});
