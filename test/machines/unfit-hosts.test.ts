import { describe, expect, test } from "vitest";
import { sshForSudo } from "../../src/preflight/finding.ts";
import { failing } from "./failing.ts";
import { quintet } from "./quintet.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, hostNamed, inside, meanwhile, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();
const apply = ["apply", "--stack", directory];
const shared = { step: "Check the hosts", exitCode: 3 };

/** What would make the playbook fail is found before it starts. */
describe.skipIf(reason !== undefined)(`unfit hosts${reason === undefined ? "" : `: ${reason}`}`, () => {
  test("no Python", async () => {
    await meanwhile("app1", "mv /usr/bin/python3 /root/python3", "mv /root/python3 /usr/bin/python3");
    const { errors } = await failing(3, apply);
    expect(errors).toEqual([
      {
        ...shared,
        message: "app1 has no /usr/bin/python3.",
        host: "app1",
        next: `${sshForSudo(await hostNamed("app1"))} sudo apt-get install --yes python3`,
      },
    ]);
  });

  test("no sudo, and what the error advises mends it", async () => {
    const file = "/etc/sudoers.d/90-rehearsal";
    await meanwhile("app2", `mv ${file} /root/sudoers`, `mv /root/sudoers ${file}`);
    const { errors } = await failing(3, apply);
    const advice =
      "echo 'deploy ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/90-quintet && chmod 440 /etc/sudoers.d/90-quintet";
    expect(errors).toEqual([
      {
        ...shared,
        message: "deploy may not become root on app2: there is no sudo, or it does not know that user.",
        host: "app2",
        next: `As root on app2: apt-get install --yes sudo && ${advice}`,
      },
    ]);
    await meanwhile("app2", advice, "rm /etc/sudoers.d/90-quintet");
    expect(await inside("app2", "runuser -u deploy -- sudo -n id -un")).toBe("root");
  });

  test("an unsupported distribution", async () => {
    await meanwhile(
      "db1",
      "mv /etc/os-release /etc/os-release.aside; printf 'ID=fedora\\nVERSION_ID=42\\n' >/etc/os-release",
      "mv /etc/os-release.aside /etc/os-release",
    );
    const { errors } = await failing(3, apply);
    expect(errors).toEqual([
      {
        ...shared,
        message: "db1 runs fedora 42.",
        host: "db1",
        next: "Use Debian 12 or newer, or Ubuntu 24.04 or newer.",
      },
    ]);
  });

  test("no room on the disk", async () => {
    // Logins get a root file system that is as it was, but stands on 500 MiB.
    await meanwhile(
      "app1",
      `mkdir -p /run/small /run/systemd/system/ssh.service.d
       mount -t tmpfs -o size=500m small /run/small
       mkdir /run/small/upper /run/small/work /run/small/root
       mount -t overlay -o lowerdir=/,upperdir=/run/small/upper,workdir=/run/small/work small /run/small/root
       printf '[Service]\\nRootDirectory=/run/small/root\\nMountAPIVFS=yes\\nBindPaths=/run/dbus\\n' >/run/systemd/system/ssh.service.d/small.conf
       systemctl daemon-reload
       systemctl restart ssh`,
      `rm -f /run/systemd/system/ssh.service.d/small.conf
       systemctl daemon-reload
       systemctl restart ssh
       umount /run/small/root /run/small`,
    );
    const { errors } = await failing(3, apply);
    expect(errors).toEqual([
      {
        ...shared,
        message: expect.stringMatching(/^app1 has (4\d\d|500) MiB free on \/, 1024 MiB are needed\.$/),
        host: "app1",
        next: `Make room: ${sshForSudo(await hostNamed("app1"))} 'sudo apt-get clean; sudo du -xh / | sort -h | tail'`,
      },
    ]);
  });

  test("a virtual IP that another machine has", async () => {
    const { address } = (await sharedStack()).virtualIp;
    for (const host of ["web1", "web2"])
      await meanwhile(host, "systemctl stop keepalived", "systemctl start keepalived");
    await meanwhile("app2", `ip address add ${address}/24 dev host0`, `ip address del ${address}/24 dev host0`);
    const hardware = await inside("app2", "cat /sys/class/net/host0/address");
    const { errors } = await failing(3, apply);
    expect(errors).toEqual([
      {
        ...shared,
        message: `The virtual IP ${address} is in use: ${hardware} answers for it, and that is neither balancer.`,
        host: "web1",
        next: "Choose a free address for virtual_ip.address in stack.yml, or take the other machine off it.",
      },
    ]);
  });

  test("a virtual IP that nobody has any more is not taken for another machine's", async () => {
    const { address } = (await sharedStack()).virtualIp;
    // The one that does not hold it has to know who did.
    for (const host of ["web1", "web2"]) await inside(host, `ping -c 1 -w 5 ${address} || true`);
    for (const host of ["web1", "web2"])
      await meanwhile(host, "systemctl stop keepalived", "systemctl start keepalived");
    const remembered = await Promise.all(
      ["web1", "web2"].map((host) => inside(host, `ip neighbour show to ${address}`)),
    );
    expect(remembered.join("")).toContain("lladdr");
    expect((await quintet(apply)).exitCode).toBe(0);
  });

  test("several hosts at once: every fault is said", async () => {
    for (const host of ["app1", "db1"])
      await meanwhile(host, "mv /usr/bin/python3 /root/python3", "mv /root/python3 /usr/bin/python3");
    const { errors } = await failing(3, apply);
    expect(errors.map(({ message }) => message)).toEqual([
      "app1 has no /usr/bin/python3.",
      "db1 has no /usr/bin/python3.",
    ]);
  });
});
