import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { QuintetError } from "../errors.ts";
import { cannotWrite } from "../generate/write.ts";
import { takeDirectory } from "../lock/directory.ts";
import { directoryHeldError, holderText } from "../lock/words.ts";
import type { Stack } from "../stack/stack.ts";
import type { CommandContext } from "./context.ts";
import { lockWaitMs } from "./flag-values.ts";
import type { LockRequest } from "./locked.ts";

const ASK_AGAIN_MS = 500;

/**
 * Keeps other runs of this computer out of the stack directory while `work` writes the project and lets Ansible read it.
 * Somebody else is at work there: exit code 6, after --lock-wait. Always taken before the locks of the hosts, so that no
 * two runs can wait for each other.
 */
export async function withDirectory<Result>(
  stack: Pick<Stack, "directory">,
  request: LockRequest,
  context: CommandContext,
  work: () => Promise<Result>,
): Promise<Result> {
  const taken = await take(stack.directory, request, context);
  try {
    return await work();
  } finally {
    await taken.release();
  }
}

async function take(directory: string, { command, again, lockWait }: LockRequest, context: CommandContext) {
  const { emit, now, signal } = context;
  const end = performance.now() + lockWaitMs(lockWait);
  const claim = {
    run: randomUUID(),
    user: context.userName,
    computer: hostname(),
    command: `quintet ${command}`,
  };
  let told: string | undefined;
  for (;;) {
    signal.throwIfAborted();
    const result = await takeDirectory(directory, claim, now).catch((error: unknown) => {
      throw cannotWrite(directory, error);
    });
    if (!("holder" in result)) return result;
    const { holder } = result;
    const left = end - performance.now();
    if (left <= 0) throw new QuintetError(directoryHeldError(directory, holder, now(), again));
    const key = holder.claim?.run ?? "";
    if (key !== told) {
      const message = `Waiting up to ${Math.ceil(left / 1000)} s for ${directory}: ${holderText(holder, now())}.`;
      emit({ type: "info", message });
    }
    told = key;
    await sleep(Math.min(ASK_AGAIN_MS, left), undefined, { signal });
  }
}
