import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createLogin } from "../../src/remote/login.ts";
import type { Session } from "../../src/remote/session.ts";
import { connectProgram } from "./connected.ts";
import { whyNoMachines } from "./rehearsal.ts";
import { directory, hostNamed, inside, machines, meanwhile, sharedStack } from "./shared.ts";

const reason = await whyNoMachines();

/** A session with a real sshd. */
describe.skipIf(reason !== undefined)(`a session${reason === undefined ? "" : `: ${reason}`}`, () => {
  // The sudo password comes from the environment.
  const { connect } = createLogin();
  let session: Session;
  beforeAll(async () => {
    session = await connect({ directory }, await hostNamed("app1"));
  });
  afterAll(() => session.close());

  describe("run", () => {
    test("gives exit code and both outputs as they were", async () => {
      const argv = ["sh", "-c", "printf ' out \\n\\n'; printf err >&2; exit 42"];
      expect(await session.run(argv)).toEqual({ exitCode: 42, stdout: " out \n\n", stderr: "err" });
    });

    test("a command that is not there", async () => {
      expect(await session.run(["no-such-command"])).toMatchObject({ exitCode: 127, stdout: "" });
    });

    test("nasty arguments arrive unharmed", async () => {
      const nasty = [
        "",
        " ",
        "a'b",
        '"',
        "$HOME",
        "`id`",
        "$(id)",
        "\\",
        "a\nb",
        "*",
        "~",
        "-n",
        "!!",
        "é→",
        ";&|<>",
        "#",
      ];
      const { stdout } = await session.run([
        "python3",
        "-c",
        "import json, sys; print(json.dumps(sys.argv[1:]))",
        ...nasty,
      ]);
      expect(JSON.parse(stdout)).toEqual(nasty);
    });

    test("input is written whole, and then ended", async () => {
      const input = "ünï\0\n".repeat(50_000);
      expect((await session.run(["cat"], { input })).stdout).toBe(input);
      expect((await session.run(["wc", "-c"], { input: "" })).stdout).toBe("0\n");
    });

    test("a time limit ends the command on the host", async () => {
      expect(await session.run(["sleep", "601"], { timeoutMs: 200 })).toMatchObject({ exitCode: 124 });
      expect(await inside("app1", "pgrep --full '[s]leep 601' || true")).toBe("");
    });

    test("an abort is passed on as it is", async () => {
      const abort = new AbortController();
      const why = new Error("stopped by hand");
      const running = session.run(["sh", "-c", "echo; sleep 602"], { signal: abort.signal });
      abort.abort(why);
      await expect(running).rejects.toBe(why);
      await expect(session.run(["true"], { signal: abort.signal })).rejects.toBe(why);
      expect((await session.run(["echo", "still here"])).stdout).toBe("still here\n");
    });

    test("sudo", async () => {
      const whoAmI = ["id", "-un"];
      expect((await session.run(whoAmI)).stdout).toBe("deploy\n");
      expect((await session.run(whoAmI, { sudo: true })).stdout).toBe("root\n");
      expect((await session.run(["cat"], { sudo: true, input: "in" })).stdout).toBe("in");
    });

    test("sudo that is refused is an error that says so; a command that fails under sudo is none", async () => {
      expect(await session.run(["sh", "-c", "echo no >&2; exit 1"], { sudo: true })).toEqual({
        exitCode: 1,
        stdout: "",
        stderr: "no\n",
      });
      const file = "/etc/sudoers.d/90-rehearsal";
      await meanwhile("app1", `mv ${file} /root/sudoers`, `mv /root/sudoers ${file}`);
      // A session finds out once how to become root.
      const other = await connect({ directory }, await hostNamed("app1"));
      onTestFinished(() => other.close());
      await expect(other.run(["id"], { sudo: true })).rejects.toMatchObject({
        fields: {
          message: "The user deploy may not use sudo on app1: its sudoers do not name it.",
          host: "app1",
          exitCode: 3,
        },
      });
    });

    test("many at once", async () => {
      const all = await Promise.all(
        [...Array(8).keys()].map((n) => session.run(["sh", "-c", 'echo "$1"', "sh", `${n}`])),
      );
      expect(all.map(({ stdout }) => stdout)).toEqual([..."01234567"].map((n) => `${n}\n`));
    });
  });

  describe("stream", () => {
    test("gives whole lines as they come, and the exit code", async () => {
      const lines: string[] = [];
      const stream = session.stream(
        ["sh", "-c", "printf 'ü'; printf 'ber\\ntwo\\nrest'; echo err >&2; exit 7"],
        (line) => lines.push(line),
      );
      expect(await stream.ended).toEqual({ exitCode: 7, stdout: "", stderr: "err\n" });
      expect(lines).toEqual(["über", "two"]);
    });

    test("stop ends a command that heeds its standard input", async () => {
      let saidSomething: (line: string) => void = () => {};
      const first = new Promise<string>((resolve) => {
        saidSomething = resolve;
      });
      const stream = session.stream(["sh", "-c", "echo ready; cat; exit 5"], saidSomething);
      expect(await first).toBe("ready");
      await stream.stop();
      expect(await stream.ended).toMatchObject({ exitCode: 5 });
    });

    test("stop lets go of a command that does not", async () => {
      const stream = session.stream(["sleep", "603"], () => {});
      await stream.stop();
      expect(await stream.ended).toMatchObject({ exitCode: undefined });
      onTestFinished(async () => void (await inside("app1", "pkill --full '[s]leep 603' || true")));
    });
  });

  test("a closed session says that it is lost", async () => {
    const other = await connect({ directory }, await hostNamed("app1"));
    other.close();
    await expect(other.run(["true"])).rejects.toMatchObject({
      fields: { message: "The SSH connection to app1 was lost.", host: "app1", exitCode: 3 },
    });
  });

  test("a host that loses power: its commands end as lost, and nothing keeps the process", async () => {
    const stack = await sharedStack();
    const child = spawn(process.execPath, [connectProgram, directory, "app2"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exited = once(child, "exit");
    const said: string[] = [];
    onTestFinished(() => machines.start(stack, "app2"));
    for await (const line of createInterface(child.stdout)) {
      said.push(line);
      if (line === "running") await machines.powerOff(stack, "app2");
    }
    expect(said).toEqual(["running", "The SSH connection to app2 was lost."]);
    expect(await exited).toEqual([0, null]);
  });
});
