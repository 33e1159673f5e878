import type { RemoteStream, Session } from "../remote/session.ts";
import { type Answers, answers, type Questions } from "./asked.ts";
import { FILTERS_SCRIPT } from "./filters.ts";
import { FLOWS_SCRIPT } from "./flows.ts";
import { LOCK_HOLDER_SCRIPT } from "./lock-holder.ts";
import { MIRROR_SCRIPT } from "./mirror.ts";
import { AGENT, PORTS_SCRIPT } from "./ports.ts";
import { NEIGHBOUR_SCRIPT } from "./virtual-ip.ts";
import { VRRP_SCRIPT } from "./vrrp.ts";

/** Whatever happens, the program has gone after this. */
const BOUND_SECONDS = 20;

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

/**
 * Looks first, then opens ports: it must not find itself. Says when its ports are open, waits for the word that
 * everybody's are, and keeps them open until its input ends: that comes from us, or with our end.
 */
const MAIN = `
def main(questions):
    report, errors = {"listen": {}}, {}
    directory = tempfile.mkdtemp(prefix="quintet-check-")
    atexit.register(shutil.rmtree, directory, True)
    atexit.register(end_children)
    for name in (signal.SIGTERM, signal.SIGHUP, signal.SIGALRM):
        signal.signal(name, lambda *_: sys.exit(1))
    signal.alarm(BOUND_SECONDS)
    # For other runs to know us by.
    try:
        with open("/proc/self/comm", "w") as name:
            name.write(AGENT)
    except OSError:
        pass

    def answer(name, work, *args, **named):
        try:
            report[name] = work(*args, **named)
        except Exception as error:
            errors[name] = "%s: %s" % (type(error).__name__, error)

    answer("ports", ports, set(questions["ports"]))
    answer("lockedBy", lock_holder, **questions["lock"])
    # It may be about to start the services that need these ports.
    locked = report.get("lockedBy") is not None
    servers = [] if locked else listen(questions["listen"], report["listen"])
    if locked:
        report["listen"] = dict.fromkeys(questions["listen"], "another run")
    threading.Thread(target=welcome, args=(servers,), daemon=True).start()
    go = threading.Event()
    tasks = [("filters", filters), ("connect", connect, questions["connect"], go)]
    if questions.get("neighbour"):
        tasks.append(("neighbour", neighbour, questions["neighbour"]))
    if questions.get("vrrp"):
        tasks.append(("vrrp", lambda: vrrp(go=go, **questions["vrrp"])))
    if questions["mirror"]:
        tasks.append(("mirror", mirror, directory))
    threads = [threading.Thread(target=answer, args=task, daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    reported = False
    while True:
        if select.select([0], [], [], 0.05)[0]:
            word = os.read(0, 64)
            if not word:
                sys.exit(0)
            go.set()
        if not reported and not any(thread.is_alive() for thread in threads):
            print(json.dumps(dict(report, errors=errors)), flush=True)
            reported = True
`;

/** What Python is told in its argv: to read a program of so many bytes from its input, of which there is more. */
const BOOTSTRAP = `import os
def take(count):
    taken = b""
    while len(taken) < count:
        chunk = os.read(0, count - len(taken))
        if not chunk:
            os._exit(1)
        taken += chunk
    return taken
exec(take(int(take(8))))`;

/** The whole program; what is asked stands in it as a literal, which JSON and Python write alike. Only ASCII. */
function agentScript(questions: Questions): string {
  const parts = [
    PRELUDE,
    LOCK_HOLDER_SCRIPT,
    PORTS_SCRIPT,
    FILTERS_SCRIPT,
    FLOWS_SCRIPT,
    NEIGHBOUR_SCRIPT,
    VRRP_SCRIPT,
    MIRROR_SCRIPT,
  ];
  const literal = JSON.stringify(JSON.stringify(questions)).replace(
    /[^ -~]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return [
    ...parts,
    `BOUND_SECONDS = ${BOUND_SECONDS}`,
    `AGENT = "${AGENT}"`,
    MAIN,
    `main(json.loads(${literal}))\n`,
  ].join("\n");
}

/** All that takes root on one host, in one process. */
export interface Agent {
  /** Its ports are open, or it has ended without that. */
  readonly ready: Promise<void>;
  /** Everybody's ports are open. */
  go(): void;
  /** A text instead of answers is what it said. Never rejects. */
  readonly answers: Promise<Answers | string>;
  /** Has it close its ports and end. */
  stop(): Promise<void>;
}

export function startAgent(session: Session, questions: Questions): Agent {
  const ready = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<Answers | string>();
  const said: string[] = [];
  const onLine = (line: string) => {
    said.push(line);
    if (line === "ready") ready.resolve();
    const parsed = parseAnswers(line);
    if (parsed !== undefined) answered.resolve(parsed);
  };
  const stream: RemoteStream = session.stream(["/usr/bin/python3", "-c", BOOTSTRAP], onLine, { sudo: true });
  const script = agentScript(questions);
  stream.write(`${String(script.length).padStart(8, "0")}${script}`);
  const give = (why: string) => {
    ready.resolve();
    answered.resolve(why);
  };
  // For a host that cannot end it by itself any more.
  const timer = setTimeout(() => give(`no answer within ${BOUND_SECONDS} s`), BOUND_SECONDS * 1000);
  stream.ended.then(({ stderr }) => give(`${stderr}${said.join("\n")}`.trim() || "it ended without a word"));
  return {
    ready: ready.promise,
    go: () => stream.write("go\n"),
    answers: answered.promise,
    async stop() {
      clearTimeout(timer);
      await stream.stop();
    },
  };
}

/** undefined: the line is not the answer, or none that we understand. */
export function parseAnswers(line: string): Answers | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return answers.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
