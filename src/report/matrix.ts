import { asExpected, type IsolationReport } from "./schema.ts";

/** What one source may open on one target, and whether that is so. */
export interface MatrixCell {
  readonly from: string;
  readonly to: string;
  /** none: nothing was tried, as from a host to itself. */
  readonly status: "right" | "wrong" | "none";
  /** Ports that are open as they should be, each once, ascending. */
  readonly open: readonly number[];
  /** How many ports are closed as they should be, at whatever address. */
  readonly closed: number;
  readonly wrong: readonly IsolationReport[];
}

export interface Matrix {
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  /** A row for each source, with a cell for each target. */
  readonly rows: readonly (readonly MatrixCell[])[];
}

/** Sources down, targets across: the hosts in the stack's order, then whatever else was tried from or at. */
export function matrixOf(isolation: readonly IsolationReport[], hosts: readonly { readonly name: string }[]): Matrix {
  const names = hosts.map(({ name }) => name);
  const ordered = (tried: readonly string[]) => {
    const all = new Set(tried);
    return [...names.filter((name) => all.has(name)), ...[...all].filter((name) => !names.includes(name))];
  };
  const sources = ordered(isolation.map(({ from }) => from));
  const targets = ordered(isolation.map(({ to }) => to));
  const rows = sources.map((from) =>
    targets.map((to) => {
      const own = isolation.filter((one) => one.from === from && one.to === to);
      return cellOf(from, to, own);
    }),
  );
  return { sources, targets, rows };
}

function cellOf(from: string, to: string, own: readonly IsolationReport[]): MatrixCell {
  const wrong = own.filter((one) => !asExpected(one));
  const right = own.filter(asExpected);
  const ports = (expected: IsolationReport["expected"]) =>
    [...new Set(right.flatMap((one) => (one.expected === expected ? one.port : [])))].sort((one, two) => one - two);
  const open = ports("open");
  const bad = new Set(wrong.map(({ port }) => port));
  const closed = ports("closed").filter((port) => !open.includes(port) && !bad.has(port)).length;
  return {
    from,
    to,
    status: own.length === 0 ? "none" : wrong.length > 0 ? "wrong" : "right",
    open,
    closed,
    wrong,
  };
}

/** A cell in few words: "22 80 443", "22; 3306 open!", "8080 refused!", "-" where nothing is open, "" where nothing was tried. */
export function cellText({ status, open, wrong }: MatrixCell): string {
  if (status === "none") return "";
  const told = new Set(wrong.map(({ port, actual }) => `${port} ${actual}!`));
  return [open.join(" "), ...told].filter((part) => part !== "").join("; ") || "-";
}
