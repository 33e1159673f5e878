import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "../../src/command.ts";
import { loginArgv } from "../../src/machines/login.ts";
import { quoteArgv } from "../../src/remote/quote.ts";
import type { Host, Stack } from "../../src/stack/stack.ts";
import { STACKS, writeGolden } from "../generate/golden.ts";
import { machineFiles } from "../generate/machine-files.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { sharedStack } from "./shared.ts";

const reason = await whyNoMachines();

/** Who checks which file, how, and on which machine of the rehearsal it is installed. They say nothing that is not wrong. */
const DAEMONS = [
  { file: "haproxy.cfg", wrong: "bogus", on: "web1", check: "haproxy -c -f haproxy.cfg" },
  { file: "nginx.conf", wrong: "bogus;", on: "web1", check: 'nginx -t -q -c "$PWD/nginx.conf"' },
  { file: "keepalived.conf", wrong: "bogus", on: "web1", check: 'keepalived -t -f "$PWD/keepalived.conf"' },
  { file: "firewall.nft", wrong: "bogus", on: "web1", check: "nft -c -f firewall.nft" },
  {
    file: "app.service",
    wrong: "[Service]\nExecStartPre=bogus",
    on: "app1",
    check: "systemd-analyze verify ./app.service",
  },
  {
    file: "stack.cnf",
    wrong: "bogus = 1",
    on: "db1",
    check: 'mysqld --defaults-file="$PWD/stack.cnf" --user=mysql --validate-config',
  },
] as const;
type Daemon = (typeof DAEMONS)[number];

describe.skipIf(reason !== undefined)(`configurations${reason === undefined ? "" : `: ${reason}`}`, () => {
  let directory: string;
  let machines: Stack;
  beforeAll(async () => {
    machines = await sharedStack();
    directory = await mkdtemp(path.join(tmpdir(), "quintet-configurations-"));
  });
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs a script as root, on a machine, in a temporary directory with these files. */
  async function withFiles(on: string, files: ReadonlyMap<string, string>, script: string) {
    const sending = await mkdtemp(path.join(directory, "send-"));
    for (const [name, text] of files) await writeFile(path.join(sending, name), text);
    const packed = await runCommand(["sh", "-c", "tar -cz . | base64"], { cwd: sending });
    const unpack = 'd=$(mktemp -d -p /run) && trap \'rm -r "$d"\' EXIT && cd "$d" && base64 -d | tar -xz';
    return overSsh(machines, on, `${unpack} --no-same-owner && chmod 755 . && ${script}`, packed.stdout);
  }

  /** In a network of its own that has the addresses and the interfaces of a host of any stack. */
  function check(stack: Stack, host: Host, { file, on, check: command }: Daemon, files: ReadonlyMap<string, string>) {
    const link = stack.virtualIp.interface ?? "host0";
    const addresses = [...new Set([host.address, host.privateAddress])];
    const network = [
      "ip link set lo up",
      `ip link add ${link} type bridge`,
      `ip link set ${link} up`,
      ...addresses.map((address) => `ip address add ${address} dev ${link}${address.includes(":") ? " nodad" : ""}`),
    ];
    expect(files.has(file)).toBe(true);
    return withFiles(on, files, `unshare --net sh -c '${[...network, command].join(" && ")}'`);
  }

  describe.each(STACKS)("of %s", (name) => {
    let stack: Stack;
    let files: Map<string, Map<string, string>>;
    beforeAll(async () => {
      stack = await writeGolden(name, path.join(directory, name));
      files = await machineFiles(stack);
    });

    for (const daemon of DAEMONS) {
      test(`${daemon.file} pleases ${daemon.check.split(" ")[0]}`, async () => {
        if (stack.database.engine === "mariadb" && daemon.file === "stack.cnf") return pleasesMariadb();
        const hosts = stack.hosts.filter((host) => files.get(host.name)?.has(daemon.file));
        expect(hosts).not.toEqual([]);
        for (const host of hosts) {
          const result = await check(stack, host, daemon, files.get(host.name) ?? new Map());
          expect({ host: host.name, ...result }).toEqual({ host: host.name, exitCode: 0, output: "" });
        }
      });
    }

    /** No rehearsal machine has it, but this computer does, for other tests. */
    async function pleasesMariadb(): Promise<void> {
      const file = path.join(stack.directory, "machines/db1/stack.cnf");
      const validate = (config: string) =>
        runCommand(["/usr/sbin/mariadbd", `--defaults-file=${config}`, "--user=root", "--verbose", "--help"]);
      const { exitCode, stdout, stderr } = await validate(file);
      expect({ exitCode, errors: stderr.match(/.*\[ERROR\].*/g) }).toEqual({ exitCode: 0, errors: null });
      expect(stdout).toMatch(/^port +3307$/m);
      await writeFile(`${file}.broken`, `${files.get("db1")?.get("stack.cnf")}bogus = 1\n`);
      expect((await validate(`${file}.broken`)).exitCode).not.toBe(0);
    }
  });

  test("none of them is pleased by everything", async () => {
    const stack = await writeGolden("five", path.join(directory, "broken"));
    const files = await machineFiles(stack);
    for (const daemon of DAEMONS) {
      const host = stack.hosts.find((each) => files.get(each.name)?.has(daemon.file)) ?? expect.fail(daemon.file);
      const broken = new Map(files.get(host.name));
      broken.set(daemon.file, `${broken.get(daemon.file)}\n${daemon.wrong}\n`);
      const { exitCode, output } = await check(stack, host, daemon, broken);
      expect(output).toMatch(/bogus/);
      expect({ file: daemon.file, exitCode }).not.toEqual({ file: daemon.file, exitCode: 0 });
    }
  });

  test("hostile words arrive at the application as they were said", async () => {
    const stack = await writeGolden("hostile", path.join(directory, "words"));
    const files = (await machineFiles(stack)).get("app1") ?? new Map<string, string>();
    const unit = "quintet-words.service";
    const service = files.get("app.service") ?? "";
    // The unit as it is, but for where it finds its files, and that it ends.
    const here = service
      .replace(/^WorkingDirectory=.*$/m, "WorkingDirectory=HERE")
      .replace(
        /^EnvironmentFile=\/etc.*$/m,
        "EnvironmentFile=HERE/app.env\nType=oneshot\nStandardOutput=file:HERE/output",
      )
      .replace(/^EnvironmentFile=\/srv.*$/m, "EnvironmentFile=HERE/release.env")
      .replace(".commands/start", "start")
      .replace(/^Restart=.*$/m, "Restart=no")
      .replace(/^StateDirectory=.*\n/m, "");
    const program = "console.log(JSON.stringify({ words: process.argv.slice(2), env: process.env }));\n";
    const script = [
      `trap 'rm -rf "$d" /run/systemd/system/${unit}; systemctl daemon-reload' EXIT`,
      // As a release has it written.
      `python3 -c 'import importlib.machinery as m, json, sys
print(m.SourceFileLoader("tool", "/usr/local/sbin/stack-release").load_module().quoted(json.load(sys.stdin)), end="")' <env.json >release.env`,
      `mkdir -p /run/systemd/system && sed "s|HERE|$PWD|" unit > /run/systemd/system/${unit}`,
      `systemctl daemon-reload && systemctl start ${unit}`,
      "cat output",
    ].join(" && ");
    const sentWords = { start: `${stack.app.start}\n`, "env.json": JSON.stringify(stack.app.env) };
    const sent = new Map([...files, ["unit", here], ["server.js", program], ...Object.entries(sentWords)]);
    const { exitCode, output } = await withFiles("app1", sent, script);
    expect(exitCode, output).toBe(0);
    const { words, env } = JSON.parse(output);
    expect(words).toEqual(["100% 8000 {{ name }} {% raw %} {# none #} \\ it's", '$HOME `id` \\n "said"', "%n"]);
    expect(Object.keys(stack.app.env)).toHaveLength(10);
    expect(env).toMatchObject({ ...stack.app.env, HOST: "10.0.0.21", PORT: "8000", SERVER_NAME: "app1" });
  });
});

/** Runs a shell script as root on a machine; gives all that it says. */
async function overSsh(stack: Stack, name: string, script: string, input: string) {
  const host = stack.hosts.find((each) => each.name === name) ?? expect.fail(`the stack has no host ${name}`);
  const argv = loginArgv(stack, host, `${quoteArgv(["sudo", "-k", "-S", "-p", "", "sh", "-c", script])} 2>&1`);
  const password = `${process.env["QUINTET_SUDO_PASSWORD"]}\n`;
  const { exitCode, stdout, stderr } = await runCommand(argv, { input: password + input, timeoutMs: 120_000 });
  return { exitCode, output: stdout + stderr };
}
