import { describe, expect, test } from "vitest";
import { chooseProvider, nearestOf } from "../../src/machines/choose.ts";
import { type Lacking, mendAll } from "../../src/machines/lacking.ts";
import { PROVIDERS, type Provider, providerTitle } from "../../src/machines/provider.ts";
import { type Surveyed, surveyProviders } from "../../src/machines/survey.ts";
import { lackingForProvider, lackingForVagrant } from "../../src/machines/vagrant/lacking.ts";
import { computer } from "./world.ts";

const nothing: readonly Lacking[] = [];
const root = [{ what: "root", mend: "sudo -v" }];
const vagrant = [{ what: "Vagrant", mend: "sudo apt-get install vagrant" }];
const surveyed = (provider: Provider, lacking = nothing): Surveyed => ({ provider, lacking });

const choose = (
  all: readonly Surveyed[],
  changes: Partial<Parameters<typeof chooseProvider>[0]> = {},
): ReturnType<typeof chooseProvider> =>
  chooseProvider({
    wanted: undefined,
    running: undefined,
    isMaking: true,
    preferred: undefined,
    survey: async (wanted) =>
      wanted === "vagrant" ? all.filter(({ provider }) => provider !== "systemd-nspawn") : all,
    down: "quintet rehearse down",
    ...changes,
  });

describe("who runs the machines", () => {
  test.each([
    [
      "systemd-nspawn where it can",
      [surveyed("systemd-nspawn"), surveyed("vagrant:libvirt")],
      {},
      "systemd-nspawn",
      "this computer has all that it needs, and nothing is faster",
    ],
    [
      "also where another of Vagrant's is preferred to its others",
      [surveyed("systemd-nspawn"), surveyed("vagrant:libvirt")],
      { preferred: "libvirt" },
      "systemd-nspawn",
      "this computer has all that it needs, and nothing is faster",
    ],
    [
      "the first of Vagrant's that is complete",
      [surveyed("systemd-nspawn", root), surveyed("vagrant:virtualbox", root), surveyed("vagrant:libvirt")],
      {},
      "vagrant:libvirt",
      "this computer has all that it needs, and for systemd-nspawn it lacks root",
    ],
    [
      "the one that the user prefers",
      [surveyed("systemd-nspawn", root), surveyed("vagrant:virtualbox"), surveyed("vagrant:libvirt")],
      { preferred: "libvirt" },
      "vagrant:libvirt",
      "this computer has all that it needs, and for systemd-nspawn it lacks root",
    ],
    [
      "another than the user prefers where that is not complete, and says why",
      [surveyed("systemd-nspawn", root), surveyed("vagrant:virtualbox"), surveyed("vagrant:libvirt", vagrant)],
      { preferred: "libvirt" },
      "vagrant:virtualbox",
      "this computer has all that it needs, and for systemd-nspawn it lacks root; VAGRANT_DEFAULT_PROVIDER names libvirt, which lacks Vagrant",
    ],
    [
      "another than the user prefers where nobody knows that one",
      [surveyed("systemd-nspawn"), surveyed("vagrant:virtualbox")],
      { wanted: "vagrant" as const, preferred: "docker" },
      "vagrant:virtualbox",
      "this computer has all that it needs; VAGRANT_DEFAULT_PROVIDER names docker, which cannot run them here",
    ],
    [
      "Vagrant, if that is wanted",
      [surveyed("systemd-nspawn"), surveyed("vagrant:lxc")],
      { wanted: "vagrant" as const },
      "vagrant:lxc",
      "this computer has all that it needs",
    ],
    [
      "the one that is wanted, complete or not",
      [],
      { wanted: "vagrant:parallels" as const },
      "vagrant:parallels",
      "it was asked for",
    ],
    [
      "who runs them already",
      [surveyed("systemd-nspawn")],
      { running: "vagrant:lxc" as const, wanted: "vagrant" as const },
      "vagrant:lxc",
      "it runs this stack's machines already",
    ],
  ])("%s", async (_, all, changes, provider, why) => {
    expect(await choose(all, changes)).toEqual({ provider, why });
  });

  test("nobody else, while somebody runs them", async () => {
    await expect(choose([], { running: "vagrant:lxc", wanted: "systemd-nspawn" })).rejects.toMatchObject({
      fields: {
        message: "vagrant (lxc) runs this stack's machines already.",
        exitCode: 3,
        next: "quintet rehearse down, then try again; or leave --provider out.",
      },
    });
  });

  test("nobody, where each lacks something: the fewest steps are said, and what all lack", async () => {
    const all = [
      surveyed("systemd-nspawn", [{ what: "Linux", mend: "Take a Linux.", isFinal: true }]),
      surveyed("vagrant:virtualbox", [...vagrant, { what: "VirtualBox", mend: "Install VirtualBox" }]),
      surveyed("vagrant:libvirt", vagrant),
    ];
    expect(nearestOf(all)?.provider).toBe("vagrant:libvirt");
    await expect(choose(all)).rejects.toMatchObject({
      fields: {
        message: "This computer cannot run rehearsal machines: it lacks Vagrant.",
        detail:
          "systemd-nspawn lacks Linux\nvagrant (virtualbox) lacks Vagrant; VirtualBox\nvagrant (libvirt) lacks Vagrant",
        next: "sudo apt-get install vagrant",
        exitCode: 3,
      },
    });
  });
});

test("who asks about machines is not refused where nobody could make any", async () => {
  const all = [surveyed("systemd-nspawn", root), surveyed("vagrant:virtualbox", vagrant)];
  expect((await choose(all, { isMaking: false })).provider).toBe("vagrant:virtualbox");
  expect((await choose([surveyed("systemd-nspawn"), ...all], { isMaking: false })).provider).toBe("systemd-nspawn");
  await expect(choose(all)).rejects.toThrow("This computer cannot run rehearsal machines");
});

test("what mends is one line: packages by one command, what is no command last", () => {
  const lacking = [
    "Turn on VT-x",
    "sudo -v",
    "sudo apt-get install a",
    "sudo apt-get install b",
    "sudo apt-get install a",
  ];
  expect(mendAll(lacking.map((mend) => ({ what: "", mend })))).toBe(
    "sudo apt-get install a b && sudo -v; Turn on VT-x",
  );
});

test("titles are for people", () => {
  expect(PROVIDERS.map(providerTitle)).toEqual([
    "systemd-nspawn",
    "vagrant (virtualbox)",
    "vagrant (libvirt)",
    "vagrant (vmware_desktop)",
    "vagrant (parallels)",
    "vagrant (lxc)",
  ]);
});

describe("what Vagrant's providers lack", () => {
  const HARDWARE = "hardware virtualization, which is off in the firmware or not passed on to this computer";
  const plugins = new Set(["vagrant-libvirt", "vagrant-lxc"]);
  const lacks = async (
    provider: "virtualbox" | "libvirt" | "lxc",
    answers: Parameters<typeof computer>[0],
    changes: Parameters<typeof computer>[1] = {},
    installed: ReadonlySet<string> = plugins,
  ) => (await lackingForProvider(computer(answers, changes).world, provider, installed)).map(({ what }) => what);

  test("Vagrant itself, with Debian's package where there is apt", async () => {
    expect(await lackingForVagrant(computer().world)).toEqual([]);
    expect(await lackingForVagrant(computer({ vagrant: 127 }).world)).toEqual(vagrant);
    expect((await lackingForVagrant(computer({ vagrant: 127 }, { system: "darwin" }).world))[0]?.mend).toMatch(
      /^Install Vagrant from https:/,
    );
  });

  test.each([
    ["virtualbox", {}, {}, []],
    ["virtualbox", { "VBoxManage --version": 127 }, {}, ["VirtualBox"]],
    ["virtualbox", { "VBoxManage list hostinfo": "Processor supports HW virtualization: no\n" }, {}, [HARDWARE]],
    ["virtualbox", { "VBoxManage list hostinfo": "Processor supports HW virtualization: yes\n" }, {}, []],
    ["libvirt", {}, {}, []],
    ["libvirt", { virsh: 1 }, {}, ["a libvirt that answers this user"]],
    ["libvirt", { "test -e /dev/kvm": 1 }, {}, [HARDWARE]],
    ["libvirt", { "test -e /dev/kvm": 1 }, { mayEmulate: true }, []],
    ["lxc", { "test -e /dev/kvm": 1 }, {}, []],
    ["lxc", { "sudo -n true": 1 }, { isRoot: false }, ["root, or sudo that asks for no password now"]],
  ] as const)("%s %j", async (provider, answers, changes, expected) => {
    expect(await lacks(provider, answers, changes)).toEqual(expected);
  });

  test("a libvirt that is installed and does not answer is not mended by installing it", async () => {
    const mends = async (answers: Parameters<typeof computer>[0]) =>
      (await lackingForProvider(computer(answers).world, "libvirt", plugins)).map(({ mend }) => mend);
    expect(await mends({ virsh: 127 })).toEqual([
      expect.stringMatching(/^sudo apt-get install libvirt-daemon-system /),
    ]);
    expect(await mends({ "virsh --connect": 1 })).toEqual([
      expect.stringContaining("start libvirtd, and join its group"),
    ]);
  });

  test("a plugin", async () => {
    expect(await lacks("libvirt", {}, {}, new Set())).toEqual(["the plugin vagrant-libvirt"]);
  });

  test("each computer is told only of what it could have", async () => {
    const of = async (system: NodeJS.Platform) =>
      (await surveyProviders(computer({ "uname -s": "x" }, { system }).world)).map(({ provider }) => provider);
    expect(await of("linux")).toEqual(PROVIDERS.filter((provider) => provider !== "vagrant:parallels"));
    expect(await of("darwin")).toEqual([
      "systemd-nspawn",
      "vagrant:virtualbox",
      "vagrant:vmware_desktop",
      "vagrant:parallels",
    ]);
  });
});
