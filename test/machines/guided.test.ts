import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reportSchema } from "../../src/report/schema.ts";
import { Terminal } from "../wizard/terminal.ts";
import { program, quintet } from "./quintet.ts";
import { whyNoMachines, writeRehearsal } from "./rehearsal.ts";

const reason = await whyNoMachines();
const NAME = "quintet-guided";
const ADDRESSES = { web1: 11, web2: 12, app1: 21, app2: 22, db1: 31 };

/** A person at a terminal, and five machines of their own, as guarded as the shared ones. */
describe.skipIf(reason !== undefined)(`guided${reason === undefined ? "" : `: ${reason}`}`, () => {
  let machines: string;
  let cwd: string;
  let terminal: Terminal;
  beforeAll(async () => {
    machines = await writeRehearsal({ name: NAME, subnet: "10.77.12", guarded: true });
    cwd = await mkdtemp(join(tmpdir(), "quintet-guided-"));
    const up = await quintet(["rehearse", "up", "--stack", machines]);
    if (up.exitCode !== 0) throw new Error(up.stderr);
    terminal = await Terminal.open({
      argv: [program, "install"],
      cwd,
      columns: 110,
      rows: 40,
      env: { HOME: process.env["HOME"] ?? "", XDG_STATE_HOME: join(cwd, "state") },
    });
  });
  afterAll(async () => {
    await terminal?.close();
    const down = await quintet(["rehearse", "down", "--stack", machines]);
    for (const directory of [cwd, dirname(machines)]) await rm(directory, { recursive: true, force: true });
    expect(down.exitCode).toBe(0);
  });

  /** Waits for the question, types, and goes on. */
  async function answer(question: string | RegExp, text = "", timeoutMs?: number): Promise<void> {
    await terminal.shows(question, timeoutMs);
    await terminal.type(text);
    await terminal.press("Enter");
  }

  test("from nothing to a passed report", { timeout: 600_000 }, async () => {
    await answer("What is the stack called?", NAME);
    await answer("Which machine does what?");
    for (const [host, number] of Object.entries(ADDRESSES)) {
      await answer(`Which address has ${host},`, `10.77.12.${number}`);
    }
    await answer("Who logs in", "deploy");
    await answer("listen for SSH?", "2222");
    await answer("Which private key", join(machines, "id_ed25519"));
    await answer("Are these 5 the machines' own keys?", "y", 30_000);
    await answer(/Nothing there answers for 10\.77\.12\.\d+/);
    await answer("Which name do visitors type?", "guestbook.example");
    await answer("Where is the application?", join(import.meta.dirname, "../../examples/guestbook"));
    await answer("Which command builds it?", "npm ci --omit=dev --omit=peer");
    await answer("Which command starts it?", "node server.js");
    await answer("Which of its directories", "public");
    await answer("On which port does it listen?");
    await answer("can do its work?");
    await answer("Which database server?");
    await answer("What is the application's database called?", "guestbook");
    await answer("More settings?");
    await answer("Is this right?");

    const password = (await readFile(join(machines, ".sudo_password"), "utf8")).trim();
    await answer("Password of deploy for sudo:", password, 120_000);
    await terminal.shows("5 hosts would change:", 120_000);
    await answer("Go on, and change that on these hosts?", "y");
    const end = await terminal.shows(/\[ended with \d+\]/, 400_000);
    expect(end).toContain("[ended with 0]");
    expect(end.replace(/\s+/g, " ")).toContain(
      "The same without questions, with the sudo password in QUINTET_SUDO_PASSWORD:",
    );
    const report = reportSchema.parse(
      JSON.parse(await readFile(join(cwd, "inventories", NAME, "reports/latest/report.json"), "utf8")),
    );
    expect(report.result).toBe("passed");
    expect(end).not.toContain(password);
  });
});
