import { questionOf } from "../../answers/questions.ts";
import { choice } from "../prompts/choice.ts";
import { BACK } from "../prompts/scene.ts";
import type { Outcome } from "../runner.ts";
import type { Tools } from "../tools.ts";

type Database = "mysql distribution" | "mysql oracle" | "mariadb";

/** The server and where it comes from in one question: what the machine's distribution has decides what is sensible. */
export async function askDatabase(tools: Tools, progress: string): Promise<Outcome> {
  const { interview, scene } = tools;
  const machine = databaseMachine(tools);
  // Debian stable has MariaDB only; unstable and testing, which have no version, do have MySQL.
  const lacksMysql = machine?.distribution === "debian" && machine.version !== undefined;
  const before = interview.answer("database-engine");
  const packages = interview.answer("database-packages") ?? "distribution";
  const known = before === "mariadb" ? "mariadb" : before === undefined ? undefined : `mysql ${packages}`;
  const found = await choice<Database>({
    scene: scene(progress, { asked: "database-engine" }),
    question: questionOf("database-engine").message,
    hint: lacksMysql
      ? `${machine.name} runs Debian ${machine.version}, which has MariaDB and no MySQL of its own.`
      : undefined,
    options: [
      {
        value: "mysql distribution",
        label: "MySQL",
        note: lacksMysql ? "not to be had on this machine" : "from the machine's distribution",
      },
      { value: "mysql oracle", label: "MySQL from Oracle", note: "from Oracle's own apt repository" },
      { value: "mariadb", label: "MariaDB", note: "from the machine's distribution" },
    ],
    value: (known ?? (lacksMysql ? "mysql oracle" : "mysql distribution")) as Database,
  });
  if (found === BACK) return BACK;
  const [engine = "mysql", from = ""] = found.split(" ");
  interview.set("database-engine", engine);
  interview.set("database-packages", from === "distribution" ? "" : from);
  return "next";
}

function databaseMachine({ interview, looks }: Tools) {
  const names = interview.seats.filter(({ tiers }) => tiers.includes("database")).map(({ name }) => name);
  for (const host of looks.hosts) {
    const look = looks.of(host);
    if (look?.state === "found" && names.includes(host.name)) return { ...look.facts, name: host.name };
  }
  return undefined;
}
