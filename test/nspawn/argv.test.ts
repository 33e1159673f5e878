import { expect, test } from "vitest";
import { loginArgv, rootCommand } from "../../src/machines/login.ts";
import { detachArgv, type Machine, nspawnArgv, serviceArgv } from "../../src/machines/nspawn/boot.ts";
import { cgroupRoots, removeCgroupsArgv } from "../../src/machines/nspawn/cgroups.ts";
import { imageArgv, imagePath } from "../../src/machines/nspawn/image.ts";
import { overlayArgv } from "../../src/machines/nspawn/overlay.ts";
import { cutPowerArgv } from "../../src/machines/nspawn/power.ts";
import { host, stack } from "./example.ts";

const machine: Machine = { host: "web1", name: "shop.web1", bridge: "qb-shop", directory: "/state/shop/web1" };

const container = [
  "env",
  "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1",
  "systemd-nspawn",
  "--directory=/state/shop/web1/root",
  "--machine=shop.web1",
  "--hostname=web1",
  "--boot",
  "--settings=no",
  "--register=no",
  "--keep-unit",
  "--network-bridge=qb-shop",
  "--resolv-conf=off",
  "--timezone=off",
  "--link-journal=no",
  "--console=pipe",
];

test("the container", () => {
  expect(nspawnArgv(machine)).toEqual(container);
});

test("without systemd the container starts in a control group of its own in every hierarchy", () => {
  const [shell, , , ...rest] = detachArgv(machine, ["/cg/unified", "/cg/systemd"]);
  expect(shell).toBe("sh");
  expect(rest).toEqual([
    "sh",
    "/state/shop/web1/console.log",
    "2",
    "/cg/unified/quintet-shop.web1",
    "/cg/systemd/quintet-shop.web1",
    ...container,
  ]);
});

test("with systemd the container is a delegated service that comes back when its machine reboots", () => {
  expect(serviceArgv(machine)).toEqual([
    "systemd-run",
    "--unit=quintet-shop.web1.service",
    "--collect",
    "--quiet",
    "--slice=machine.slice",
    "--property=Delegate=yes",
    "--property=KillMode=mixed",
    "--property=TasksMax=16384",
    "--property=RestartForceExitStatus=133",
    "--property=SuccessExitStatus=133",
    "--property=StandardOutput=append:/state/shop/web1/console.log",
    "--property=StandardError=append:/state/shop/web1/console.log",
    ...container,
  ]);
});

const HYBRID = `tmpfs /sys/fs/cgroup tmpfs rw,relatime,mode=755 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,relatime,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0
`;

test.each([
  ["version 1 and 2", HYBRID, ["/sys/fs/cgroup/systemd", "/sys/fs/cgroup/unified"]],
  ["version 2", "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n", ["/sys/fs/cgroup"]],
  ["none", "proc /proc proc rw 0 0\n", []],
])("control group hierarchies: %s", (_, mounts, roots) => {
  expect(cgroupRoots(mounts)).toEqual(roots);
});

test("dead machines' control groups are removed from the leaves up", () => {
  expect(removeCgroupsArgv(["/cg"], "shop.*").join(" ")).toBe(
    "find /cg -depth -type d ( -path /cg/quintet-shop.* -o -path /cg/quintet-shop.*/* ) -exec rmdir {} ;",
  );
});

test("a power cut takes the link down before it kills", () => {
  expect(cutPowerArgv("shop.web1", [71, 70])).toEqual([
    "sh",
    "-c",
    'ip link set dev "$1" down; shift; kill -KILL "$@"',
    "sh",
    "vb-shop.web1",
    "71",
    "70",
  ]);
});

test.each([
  ["trixie", []],
  ["sid", ['--aptopt=Acquire::Check-Valid-Until "false"']],
] as const)("the %s image", (suite, options) => {
  expect(imageArgv(suite, "/cache/x")).toEqual([
    "mmdebstrap",
    "--mode=root",
    "--format=directory",
    "--variant=minbase",
    "--include=systemd,systemd-sysv,dbus,libpam-systemd,openssh-server,python3,iproute2,ca-certificates,sudo",
    '--aptopt=Acquire::Languages "none"',
    ...options,
    '--customize-hook=chroot "$1" systemctl enable systemd-networkd.service',
    '--customize-hook=rm -f "$1"/etc/ssh/ssh_host_*',
    suite,
    "/cache/x",
  ]);
});

test("an image is kept under its suite and its recipe", () => {
  expect(imagePath("/home/me/.cache/quintet", "sid")).toMatch(
    /^\/home\/me\/\.cache\/quintet\/images\/sid-[0-9a-f]{8}$/,
  );
});

test("overlay options keep colons and commas of a path", () => {
  expect(overlayArgv("/home/a:b,c/image", "/state/shop/web1")).toEqual([
    "mount",
    "-t",
    "overlay",
    "overlay",
    "-o",
    "lowerdir=/home/a\\:b\\,c/image,upperdir=/state/shop/web1/upper,workdir=/state/shop/web1/work",
    "/state/shop/web1/root",
  ]);
});

test.each([
  [host("web1", "10.77.9.11"), ["-i", "/stack/id", "-p", "22", "deploy@10.77.9.11", "sudo -n true"]],
  [
    host("web1", "10.77.9.11", { user: "root", port: 2222, identity: "/stack/id" }),
    ["-i", "/stack/id", "-p", "2222", "root@10.77.9.11", "true"],
  ],
])("the login accepts pinned keys only", (one, end) => {
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=2",
    "StrictHostKeyChecking=yes",
    'UserKnownHostsFile="/stack/known_hosts"',
    "GlobalKnownHostsFile=/dev/null",
    "IdentitiesOnly=yes",
  ];
  expect(loginArgv(stack([one]), one, rootCommand(one))).toEqual([
    "ssh",
    "-F",
    "none",
    ...options.flatMap((each) => ["-o", each]),
    ...end,
  ]);
});
