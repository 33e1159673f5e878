import { z } from "zod";
import type { Session } from "../remote/session.ts";
import { FILTERS_SCRIPT } from "./filters.ts";
import { FLOWS_SCRIPT } from "./flows.ts";
import { MIRROR_SCRIPT } from "./mirror.ts";
import { PORTS_SCRIPT } from "./ports.ts";
import { NEIGHBOUR_SCRIPT } from "./virtual-ip.ts";
import { VRRP_SCRIPT } from "./vrrp.ts";

/** What one host is asked, by one program that runs there as root. */
export interface Questions {
  /** Its name, which it tells our listeners. */
  readonly name: string;
  readonly ports: readonly number[];
  readonly listen: Readonly<Record<string, { address: string; port: number; from: readonly string[] }>>;
  readonly connect: Readonly<Record<string, { address: string; port: number }>>;
  readonly neighbour?: string;
  readonly vrrp?: {
    readonly device: string;
    readonly address: string;
    readonly peer: string | null;
    readonly first: boolean;
    readonly seconds: number;
  };
  readonly mirror: boolean;
}

const maybe = <T extends z.ZodType>(type: T) => z.union([type, z.null().transform(() => undefined)]).optional();

const answers = z.object({
  ports: z
    .array(
      z
        .object({
          port: z.int(),
          address: z.string(),
          pid: maybe(z.int()),
          program: maybe(z.string()),
          unit: maybe(z.string()),
        })
        .transform(({ port, address, pid, program, unit }) => ({ port, address, pid, program, unit })),
    )
    .default([]),
  filters: z
    .object({
      others: z.array(z.object({ name: z.string(), tool: z.string(), strict: z.boolean() })),
      own: z.union([z.array(z.string()), z.null()]),
    })
    .transform(({ others, own }) => ({ others, own: own ?? undefined }))
    .optional(),
  listen: z.record(z.string(), z.enum(["ours", "held", "absent", "failed"])).default({}),
  connect: z.record(z.string(), z.enum(["open", "refused", "dropped", "unreachable"])).default({}),
  neighbour: maybe(z.string()),
  vrrp: z
    .object({
      adverts: z.array(z.object({ source: z.string(), routerId: z.int(), priority: z.int() })),
      heard: z.union([z.boolean(), z.null()]),
    })
    .transform(({ adverts, heard }) => ({ adverts, heard: heard ?? undefined }))
    .optional(),
  mirror: z
    .object({
      sources: z.array(z.object({ uri: z.string(), ok: z.boolean(), said: z.string() })),
      local: z.int(),
    })
    .optional(),
  /** What could not be found out, and why. */
  errors: z.record(z.string(), z.string()).default({}),
});

export type Answers = z.output<typeof answers>;

/** How long hosts try to reach each other, and how long they listen for others that began later, seconds. */
const REACH_SECONDS = 3;
const LISTEN_SECONDS = 5;

const PRELUDE = `
import atexit, ctypes, errno, json, os, re, select, shutil, signal, socket, struct, subprocess, sys, tempfile, threading, time

def read(path):
    try:
        with open(path, errors="replace") as file:
            return file.read()
    except OSError:
        return ""

def said(*argv):
    try:
        return subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, timeout=4).stdout
    except (OSError, subprocess.SubprocessError):
        return ""

children = []

def end_children():
    for child in children:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)

def together(work, items):
    threads = [threading.Thread(target=work, args=(item,), daemon=True) for item in items]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
`;

/** Looks first, then opens ports: it must not find itself. Ends when whoever asked has gone, and within 10 s. */
const MAIN = `
def main(questions):
    report, errors = {"listen": {}}, {}
    directory = tempfile.mkdtemp(prefix="quintet-check-")
    atexit.register(shutil.rmtree, directory, True)
    atexit.register(end_children)
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(name, lambda *_: sys.exit(1))
    signal.alarm(10)

    def answer(name, work, *args):
        try:
            report[name] = work(*args)
        except Exception as error:
            errors[name] = "%s: %s" % (type(error).__name__, error)

    answer("ports", ports, set(questions["ports"]))
    servers = listen(questions["listen"], report["listen"])
    now = time.monotonic()
    tasks = [("welcome", welcome, servers, now + LISTEN_SECONDS), ("filters", filters),
             ("connect", connect, questions["name"], questions["connect"], now + REACH_SECONDS)]
    if questions.get("neighbour"):
        tasks.append(("neighbour", neighbour, questions["neighbour"]))
    if questions.get("vrrp"):
        tasks.append(("vrrp", lambda: vrrp(**questions["vrrp"])))
    if questions["mirror"]:
        tasks.append(("mirror", mirror, directory))
    threads = [threading.Thread(target=answer, args=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    gone = select.poll()
    gone.register(1, 0)
    while any(thread.is_alive() for thread in threads):
        if gone.poll(100):
            sys.exit(1)
        for thread in threads:
            thread.join(0.01)
    report.pop("welcome", None)
    print(json.dumps(dict(report, errors=errors)))
`;

/** The whole program; what is asked stands in it as a literal, which JSON and Python write alike. */
export function agentScript(questions: Questions): string {
  const bounds = `REACH_SECONDS, LISTEN_SECONDS = ${REACH_SECONDS}, ${LISTEN_SECONDS}\n`;
  const parts = [PRELUDE, PORTS_SCRIPT, FILTERS_SCRIPT, FLOWS_SCRIPT, NEIGHBOUR_SCRIPT, VRRP_SCRIPT, MIRROR_SCRIPT];
  const call = `main(json.loads(${JSON.stringify(JSON.stringify(questions))}))\n`;
  return [...parts, bounds, MAIN, call].join("\n");
}

/** Asks a host all that takes root, in one process. A text instead of answers is what it said. */
export async function askAsRoot(
  session: Session,
  questions: Questions,
  signal: AbortSignal,
): Promise<Answers | string> {
  const { stdout, stderr } = await session.run(["/usr/bin/python3", "-"], {
    sudo: true,
    input: agentScript(questions),
    timeoutMs: 12_000,
    signal,
  });
  return parseAnswers(stdout) ?? `${stderr}${stdout}`.trim();
}

/** The last line that is an object; a login shell may have said something before it. */
export function parseAnswers(text: string): Answers | undefined {
  const line = text.split("\n").findLast((one) => one.startsWith("{"));
  if (line === undefined) return undefined;
  try {
    return answers.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
