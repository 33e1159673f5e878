import { setPriority } from "node:os";
import { parentPort, workerData } from "node:worker_threads";
import type { Site } from "../site.ts";
import type { LoadOptions, LoadRecord } from "./load.ts";
import { startOpenLoop } from "./open-loop.ts";
import { makeSender } from "./sender.ts";
import { threadsNow } from "./threads-clock.ts";

/** What the load's own thread is started with. */
export interface Task {
  readonly site: Site;
  readonly options: LoadOptions;
}

/** What it tells. Moments are of the clock that all threads share. */
export type Told =
  | { readonly type: "started"; readonly at: number }
  | { readonly type: "records"; readonly records: readonly LoadRecord[] }
  | { readonly type: "stopped"; readonly finishedAt: number };

/** Often enough for a live line, and seldom enough not to be work of its own. */
const TELL_MS = 50;

/** As a client of its own would be: not held up by what else this computer does, such as being the five machines. */
const PRIORITY = -10;

const { site, options } = workerData as Task;
// On Linux, of this thread alone.
if (process.platform === "linux") {
  try {
    setPriority(PRIORITY);
  } catch {
    // Only root may. How late requests are sent is measured in any case.
  }
}
const tell = (told: Told) => parentPort?.postMessage(told);
const sender = makeSender(site);
let untold: LoadRecord[] = [];
const flush = () => {
  if (untold.length > 0) tell({ type: "records", records: untold });
  untold = [];
};
const load = startOpenLoop(options, {
  send: sender.send,
  now: threadsNow,
  tell: (record) => untold.push(record),
});
tell({ type: "started", at: load.startedAt });
const timer = setInterval(flush, TELL_MS);
parentPort?.once("message", async () => {
  const { finishedAt } = await load.stop();
  clearInterval(timer);
  flush();
  tell({ type: "stopped", finishedAt });
  sender.close();
});
