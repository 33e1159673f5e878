import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../../src/command.ts";
import { must, privileged } from "../../src/machines/privileged.ts";
import { MACHINE_DEFAULTS } from "../../src/stack/machine-defaults.ts";

/** Those that tests bring up. Their boxes are built here: tests cannot count on a catalogue of boxes. */
type Provider = "lxc" | "libvirt";

const asRoot = privileged({ run: runCommand, isRoot: process.getuid?.() === 0 });

/** Vagrant's public, insecure key: whoever has Vagrant can log in to a box that was not brought up by it yet. */
const INSECURE_KEY = "keys/vagrant.pub";

/** What a public box has, and nothing of the stack. */
const PACKAGES = [
  ...["systemd", "systemd-sysv", "systemd-resolved", "dbus", "libpam-systemd", "openssh-server", "sudo"],
  ...["python3", "iproute2", "ca-certificates"],
];

/** Runs in the box's root. $1: the insecure key. $2: the provider. Its host keys stay: like those of careless public boxes they are shared. */
const MAKE_BOX = `set -e
useradd --create-home --shell /bin/bash vagrant
install -d -m 700 -o vagrant -g vagrant /home/vagrant/.ssh
printf '%s\\n' "$1" >/home/vagrant/.ssh/authorized_keys
chown vagrant: /home/vagrant/.ssh/authorized_keys
chmod 600 /home/vagrant/.ssh/authorized_keys
echo 'vagrant ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/vagrant
printf '[Match]\\nName=eth0\\n\\n[Network]\\nDHCP=ipv4\\n' >/etc/systemd/network/80-eth0.network
ln -sf /run/systemd/resolve/stub-resolv.conf /etc/resolv.conf
systemctl enable systemd-networkd.service systemd-resolved.service
if [ "$2" = lxc ]; then systemctl mask systemd-modules-load.service; fi
`;

const KERNEL = "linux-image-cloud-amd64";

/** The kernel that is booted lies beside the disk: such a box needs no boot loader. */
const LIBVIRT_VAGRANTFILE = `Vagrant.configure("2") do |config|
  config.vm.provider :libvirt do |libvirt|
    # Without the processor's help: slow, and it works wherever QEMU does.
    libvirt.driver = "qemu"
    libvirt.machine_type = "q35"
    libvirt.cpu_mode = "custom"
    libvirt.cpu_model = "qemu64"
    libvirt.kernel = File.join(__dir__, "vmlinuz")
    libvirt.initrd = File.join(__dir__, "initrd.img")
    libvirt.cmd_line = "root=/dev/vda rw net.ifnames=0 console=ttyS0"
  end
  # An emulated machine takes its time.
  config.vm.boot_timeout = 900
end
`;

const LXC_CONFIG = `lxc.net.0.type = veth
lxc.net.0.link = lxcbr0
lxc.net.0.flags = up
lxc.apparmor.profile = unconfined
lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio
lxc.mount.auto = proc:mixed sys:mixed cgroup:mixed
lxc.tty.max = 1
lxc.pty.max = 1024
`;

/** The name by which the Vagrantfile asks for the box of Debian stable. */
function boxName(provider: Provider): string {
  const boxes = MACHINE_DEFAULTS.boxes.trixie;
  return boxes[provider] ?? boxes.default;
}

/** Builds Debian stable as a box of a provider, and adds it to the Vagrant whose environment this is. */
export async function addBox(provider: Provider, env: Readonly<Record<string, string>>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "quintet-box-"));
  try {
    await buildRoot(directory, provider);
    const files = await (provider === "lxc" ? lxcFiles(directory) : libvirtFiles(directory));
    const box = join(directory, "machine.box");
    await did("pack the box", ["tar", "-C", directory, "-cf", box, ...files]);
    const argv = ["vagrant", "box", "add", "--name", boxName(provider), "--provider", provider, box];
    await must(runCommand, argv, { doing: "add the box" }, { env });
  } finally {
    await did("remove the box's parts", ["rm", "-rf", "--one-file-system", directory]);
  }
}

function did(doing: string, argv: readonly string[]): Promise<string> {
  return must(asRoot, argv, { doing });
}

async function buildRoot(directory: string, provider: Provider): Promise<void> {
  await chmod(directory, 0o755);
  const key = await must(runCommand, ["sh", "-c", `cat "$(${FIND_KEY})"`], { doing: "find Vagrant's insecure key" });
  const script = join(directory, "make-box");
  await writeFile(script, MAKE_BOX);
  const packages = [...PACKAGES, ...(provider === "libvirt" ? [KERNEL, "initramfs-tools"] : [])];
  await did("build the box's root", [
    "mmdebstrap",
    "--mode=root",
    "--format=directory",
    "--variant=minbase",
    `--include=${packages.join(",")}`,
    '--aptopt=Acquire::Languages "none"',
    `--customize-hook=copy-in ${script} /tmp`,
    `--customize-hook=chroot "$1" sh /tmp/make-box '${key.trim()}' ${provider}`,
    '--customize-hook=rm "$1"/tmp/make-box',
    "trixie",
    join(directory, "rootfs"),
  ]);
}

const FIND_KEY = `dpkg -L vagrant | grep -m 1 '/${INSECURE_KEY}$'`;

async function lxcFiles(directory: string): Promise<string[]> {
  await writeFile(join(directory, "metadata.json"), JSON.stringify({ provider: "lxc", version: "1.0.0" }));
  await writeFile(join(directory, "lxc-config"), LXC_CONFIG);
  const archive = join(directory, "rootfs.tar.gz");
  await did("pack the box's root", [
    ...["tar", "-C", directory, "--numeric-owner", "--use-compress-program=gzip -1", "-cf", archive, "./rootfs"],
  ]);
  return ["metadata.json", "lxc-config", "rootfs.tar.gz"];
}

const DISK_GB = 6;

async function libvirtFiles(directory: string): Promise<string[]> {
  const metadata = { provider: "libvirt", format: "qcow2", virtual_size: DISK_GB };
  await writeFile(join(directory, "metadata.json"), JSON.stringify(metadata));
  await writeFile(join(directory, "Vagrantfile"), LIBVIRT_VAGRANTFILE);
  const at = (name: string) => join(directory, name);
  for (const file of ["vmlinuz", "initrd.img"]) {
    await did("take the kernel out of the box", ["cp", "--dereference", at(`rootfs/${file}`), at(file)]);
    await did("let everybody read the kernel", ["chmod", "644", at(file)]);
  }
  const disk = at("disk.raw");
  await did("make the box's disk", ["mke2fs", "-q", "-t", "ext4", "-d", at("rootfs"), disk, `${DISK_GB}G`]);
  await did("convert the box's disk", ["qemu-img", "convert", "-f", "raw", "-O", "qcow2", disk, at("box.img")]);
  return ["metadata.json", "Vagrantfile", "vmlinuz", "initrd.img", "box.img"];
}
