import { Unavailable } from "./database.js";

const TABLES = [
  `CREATE TABLE IF NOT EXISTS entries (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    author VARCHAR(80) NOT NULL,
    text VARCHAR(2000) NOT NULL,
    server VARCHAR(80) NOT NULL,
    created DATETIME(3) NOT NULL
  ) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4`,
  `CREATE TABLE IF NOT EXISTS writes (
    id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
  ) ENGINE = InnoDB`,
];
const LONGEST_PAUSE_MS = 500;
const HEALTH_MS = 1000;
const AGAIN = { idempotent: true };

/** All that the guestbook knows and keeps. `serverName` is kept with each entry: who wrote it down. */
export function openEntries(database, serverName, log) {
  let prepared = false;
  let probe;

  async function query(...args) {
    if (!prepared) throw new Unavailable("starting");
    return database.query(...args);
  }

  return {
    /** Makes the tables, and keeps trying: an app may start before its database. Never throws. */
    async prepare() {
      let told;
      for (let pauseMs = 100; !prepared; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
        try {
          for (const table of TABLES) await database.query(table, [], AGAIN);
          prepared = true;
          log("database ready");
        } catch (error) {
          const why = error.reason ?? error.code ?? "unknown";
          if (why !== told) log(`waiting for the database: ${why}`);
          told = why;
          await new Promise((resolve) => setTimeout(resolve, pauseMs));
        }
      }
    },

    /** Resolves if the database answers within a second. Callers at the same time share one question to it. */
    async checkHealth() {
      probe ??= database.query("SELECT 1", [], { ...AGAIN, ms: HEALTH_MS }).finally(() => {
        probe = undefined;
      });
      await probe;
      if (!prepared) throw new Unavailable("starting");
    },

    newest() {
      return query("SELECT id, author, text, server, created FROM entries ORDER BY id DESC LIMIT 50", [], AGAIN);
    },

    async find(id) {
      const [entry] = await query("SELECT id, author, text, server, created FROM entries WHERE id = ?", [id], AGAIN);
      return entry;
    },

    /** Returns the new entry's id. Not tried twice: a lost answer may be that of a stored entry. */
    async add({ author, text }) {
      const { insertId } = await query(
        "INSERT INTO entries (author, text, server, created) VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
        [author, text, serverName],
      );
      return insertId;
    },

    /** Stores the id; true if it is new, false if it was there. Safe to try twice: the key is unique. */
    async keepWrite(id) {
      try {
        await query("INSERT INTO writes (id) VALUES (?)", [id], AGAIN);
        return true;
      } catch (error) {
        if (error.code === "ER_DUP_ENTRY") return false;
        throw error;
      }
    },

    async countWrites(id) {
      const [{ count }] = await query("SELECT COUNT(*) AS count FROM writes WHERE id = ?", [id], AGAIN);
      return count;
    },
  };
}
