import type { Emit, RowStatus } from "../events.ts";
import type { Host } from "../stack/stack.ts";

export function row(host: Pick<Host, "name">, status: RowStatus, text: string) {
  return { type: "row", step: "machines", row: host.name, status, text } as const;
}

/** Works on all hosts at once and waits for every one; a fault turns its row red, and the first is thrown at the end. */
export async function sideBySide(
  hosts: readonly Host[],
  emit: Emit,
  work: (host: Host) => Promise<void>,
): Promise<void> {
  const results = await Promise.allSettled(
    hosts.map((host) =>
      work(host).catch((fault: unknown) => {
        emit(row(host, "failed", fault instanceof Error ? fault.message : String(fault)));
        throw fault;
      }),
    ),
  );
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
