import { join } from "node:path";
import { runCommand } from "../../src/command.ts";
import { createLogin } from "../../src/remote/login.ts";
import { runWizard } from "../../src/wizard/wizard.ts";

/** The wizard alone, for looking at it: what it returns is printed as JSON. Arguments: given answers as id=text. */
const abort = new AbortController();
process.on("SIGINT", () => abort.abort(new Error("interrupted")));
const given = Object.fromEntries(process.argv.slice(2).map((word) => word.split(/=(.*)/s).slice(0, 2)));
const home = process.env["HOME"] ?? "/nonexistent";
const login = createLogin({
  run: runCommand,
  env: process.env,
  home,
  ask: undefined,
  sudoPasswordFile: undefined,
  stdin: process.stdin,
});
try {
  const result = await runWizard({
    answers: given,
    login,
    run: runCommand,
    signal: abort.signal,
    env: process.env,
    cwd: process.cwd(),
    home,
    userName: "dora",
    now: () => new Date(),
    program: "quintet",
    directoryOf: (name) => join(process.cwd(), "inventories", name),
    finish: ({ name }) => `Write inventories/${name}/stack.yml`,
  });
  await result?.finished();
  process.stdout.write(`${JSON.stringify(result ?? "left", undefined, 1)}\n`);
} catch (error) {
  process.stdout.write(`${abort.signal.aborted ? "Interrupted." : (error as Error).stack}\n`);
  process.exitCode = abort.signal.aborted ? 130 : 1;
}
await login.close();
