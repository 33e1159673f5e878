import { EventEmitter } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { setImmediate as tick } from "node:timers/promises";
import { array, assert, asyncProperty, constantFrom, oneof, record, string } from "fast-check";
import { expect, test } from "vitest";
import { faultsOf, missing } from "../../src/answers/check.ts";
import { EXIT, QuintetError } from "../../src/errors.ts";
import type { Meeting } from "../../src/remote/meet.ts";
import type { Host } from "../../src/stack/stack.ts";
import { runWizard, type WizardResult } from "../../src/wizard/wizard.ts";

/** A terminal of 60 columns and 20 rows that keeps nothing. */
class Keys extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  setRawMode(on: boolean): void {
    this.raw = on;
  }
  resume(): void {}
  pause(): void {}
}

class Paper extends Writable {
  readonly _isStdio = true;
  readonly columns = 60;
  readonly rows = 20;
  text = "";
  override _write(chunk: Buffer, _: unknown, done: () => void): void {
    this.text = (this.text + chunk.toString()).slice(-20_000);
    done();
  }
}

/** What the script for facts prints, on a host that wants to do harm. */
const FACTS = [
  ...["distribution=debian", "version=13", "hostname=x\x1b[2J", "cpus=2", "memory=2048", "free=9000"],
  ...["python=3.13.5", "sudo=password"],
  'interfaces=[{"ifname":"eth0","addr_info":[{"local":"10.0.0.11","prefixlen":24,"scope":"global"}]}]',
].join("\n");

/** Every second host is there. */
async function meet(_: string, host: Host): Promise<Meeting> {
  await tick();
  if (/[13579]$/.test(host.address)) {
    const session = { host, run: async () => ({ exitCode: 0, stdout: FACTS, stderr: "" }), close: () => {} };
    const key = {
      type: "ssh-ed25519",
      fingerprint: `SHA256:${host.name}`,
      line: `${host.address} x y\n`,
      known: false,
    };
    return { session, key, bastions: [] } as unknown as Meeting;
  }
  throw new QuintetError({ message: `${host.name} is down.`, exitCode: EXIT.preflight, next: "Start it." });
}

const KEYS = {
  enter: "\r",
  // A sequence that means nothing ends the wait for the rest of the first byte.
  escape: "\x1b\x1b[99~",
  up: "\x1b[A",
  down: "\x1b[B",
  left: "\x1b[D",
  right: "\x1b[C",
  home: "\x1b[H",
  end: "\x1b[F",
  delete: "\x1b[3~",
  tab: "\t",
  backspace: "\x7f",
  clear: "\x15",
  redraw: "\x0c",
  unknown: "\x1b[99;5u",
  half: "\x1b[1;",
};
const texts = oneof(
  constantFrom(
    "shop",
    "10.0.0.11",
    "10.0.0.12",
    "10.0.0.250",
    "shop.example",
    "node server.js",
    "web1",
    "./x",
    " ",
    "a=b",
  ),
  constantFrom(
    "web1=10.0.0.11\nweb2=10.0.0.12\n",
    "[web]\nw1 ansible_host=10.0.0.11\n",
    "name: shop\n",
    "{{",
    "\x00\x07",
    "🙂",
  ),
  string({ unit: "binary", maxLength: 40 }).map((text) =>
    text.replaceAll("\x03", "").replaceAll("\x04", "").replaceAll("\x1a", ""),
  ),
);
const chunks = oneof(
  { weight: 9, arbitrary: constantFrom(KEYS.enter) },
  { weight: 3, arbitrary: constantFrom(...Object.values(KEYS)) },
  { weight: 3, arbitrary: texts },
  { weight: 1, arbitrary: texts.map((text) => `\x1b[200~${text}\x1b[201~`) },
);

type End = "interrupted" | "left" | "done";

async function play(keys: readonly string[], given: Readonly<Record<string, string>>): Promise<End> {
  const home = mkdtempSync(join(tmpdir(), "quintet-keys-"));
  const abort = new AbortController();
  const reason = new Error("the keys have come to their end");
  const input = new Keys();
  const output = new Paper();
  let over = false;
  const ended: Promise<WizardResult | undefined | Error> = runWizard({
    answers: given,
    login: { meet } as never,
    run: () => Promise.reject(new Error("nothing is to be run")),
    signal: abort.signal,
    env: {},
    cwd: home,
    home,
    userName: "dora",
    now: () => new Date(0),
    program: "quintet",
    directoryOf: (name) => join(home, name),
    finish: () => "Write it",
    input,
    output: output as never,
    interrupt: () => abort.abort(reason),
  })
    .catch((error: unknown) => error as Error)
    .finally(() => {
      over = true;
    });
  await tick();
  for (const key of keys) {
    if (over) break;
    input.emit("data", Buffer.from(key));
    // Drafts are written between two questions; the keys wait meanwhile.
    for (let turns = 0; turns < 6; turns++) await tick();
  }
  abort.abort(reason);
  const result = await ended;
  // A draft may just be on its way to the disk.
  rmSync(home, { recursive: true, maxRetries: 5, retryDelay: 20 });
  if (result instanceof Error) expect(result).toBe(reason);
  else if (result !== undefined) {
    // What comes out is a stack: nothing is missing, nothing is wrong.
    expect(missing(result.answers)).toEqual([]);
    expect(faultsOf(result.answers)).toEqual([]);
  }
  expect(input.raw).toBe(false);
  expect(output.text.endsWith("\x1b[?25h\x1b[?1049l")).toBe(true);
  return result instanceof Error ? "interrupted" : result === undefined ? "left" : "done";
}

const GIVEN = [
  {},
  { name: "shop", layout: "custom" },
  { name: "shop", hosts: "web1=10.0.0.11\nweb2=10.0.0.13\napp1=10.0.0.21\napp2=10.0.0.23\ndb1=10.0.0.31" },
  {
    ...{ name: "shop", hosts: "web1=10.0.0.11\nweb2=10.0.0.13\napp1=10.0.0.21\napp2=10.0.0.23\ndb1=10.0.0.31" },
    ...{ "virtual-ip": "10.0.0.100", domain: "shop.example", "app-source": ".", "app-start": "node ." },
  },
];

/** Many more than are wanted: those that come while the last draft is being looked for are not heard. */
const MANY = 50_000;

test("no keys, typed or pasted, end in anything but answers, an orderly leave, or the next question", async () => {
  const plays = record({ given: constantFrom(...GIVEN), keys: array(chunks, { minLength: 5, maxLength: 80 }) });
  const ends = new Set<End>();
  await assert(
    asyncProperty(plays, async ({ given, keys }) => {
      ends.add(await play(keys, given));
    }),
    { numRuns: 80, endOnFailure: true },
  );
  ends.add(await play(Array(MANY).fill(KEYS.enter), GIVEN[3] ?? {}));
  ends.add(await play(["shop", KEYS.enter, ...Array(MANY).fill(KEYS.escape)], {}));
  // A test whose keys never get anywhere would prove nothing.
  expect([...ends].sort()).toEqual(["done", "interrupted", "left"]);
}, 120_000);
