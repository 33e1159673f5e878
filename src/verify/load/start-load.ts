import { Worker } from "node:worker_threads";
import type { Clock } from "../clock.ts";
import type { Site } from "../site.ts";
import { type Load, type LoadOptions, type LoadRecord, refuseUnbounded, shifted } from "./load.ts";
import { threadsNow } from "./threads-clock.ts";
import type { Task, Told } from "./worker.ts";

/**
 * Begins a load in a thread of its own, where neither SSH nor the terminal keeps it from sending in time; resolved when its first request is on its way.
 * Rejects, here or from `stop`, if the thread itself broke.
 */
export function startLoad(site: Site, options: LoadOptions, clock: Clock): Promise<Load> {
  refuseUnbounded(options);
  const { address, domain, ca, ports } = site;
  const task: Task = { site: { address, domain, ca, ports }, options };
  const worker = new Worker(sourceOfWorker(), { workerData: task });
  const offset = offsetOf(clock);
  const records: LoadRecord[] = [];

  return new Promise((resolve, reject) => {
    let finish: (finishedAt: number) => void = () => {};
    let fail: (error: Error) => void = () => {};
    const finished = new Promise<number>((done, failed) => {
      finish = done;
      fail = failed;
    });
    // Whoever asks for the end hears of it; nobody has to.
    finished.catch(() => {});
    const broken = (error: Error) => {
      fail(error);
      reject(error);
    };
    worker.on("error", (error) => broken(new Error(`the load generator broke: ${String(error)}`)));
    worker.on("exit", () => broken(new Error("the load generator ended")));
    worker.on("message", (told: Told) => {
      if (told.type === "records") for (const record of told.records) records.push(shifted(record, offset));
      else if (told.type === "stopped") finish(told.finishedAt + offset);
      else resolve(loadFrom(told.at + offset));
    });

    const loadFrom = (startedAt: number): Load => ({
      records,
      startedAt,
      async stop() {
        worker.postMessage("stop");
        const finishedAt = await finished;
        await worker.terminate();
        return { records, startedAt, finishedAt };
      },
      async abandon() {
        await worker.terminate();
      },
    });
  });
}

/** From the threads' clock to this one. Of some tries, the one in which the least time passed between the looks at both. */
function offsetOf(clock: Clock): number {
  const tries = Array.from({ length: 5 }, () => {
    const before = threadsNow();
    const here = clock.monotonic();
    const after = threadsNow();
    return { took: after - before, offset: here - (before + after) / 2 };
  });
  return tries.reduce((best, one) => (one.took < best.took ? one : best)).offset;
}

/** From source, and from what the build makes of it. */
function sourceOfWorker(): URL {
  const source = new URL("./worker.ts", import.meta.url);
  return import.meta.url.endsWith(".ts") ? source : new URL("./worker.js", import.meta.url);
}
