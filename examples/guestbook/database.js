import { connect } from "node:net";
import mysql from "mysql2";

const CONNECTIONS = 10;
const WAITING = 200;
const CONNECT_MS = 2000;
const QUERY_MS = 2000;

/** The database did not answer as it should; `reason` says how, in one word. The request may be tried again. */
export class Unavailable extends Error {
  constructor(reason) {
    super(`The database is not available (${reason}).`);
    this.reason = reason;
  }
}

/**
 * Opens a pool of TLS connections; none is made before it is needed, and a lost one is replaced when it is needed.
 * Every query ends within its time, also when the database machine has vanished without a word.
 */
export function openDatabase(settings) {
  const pool = mysql.createPool({
    host: settings.host,
    port: settings.port,
    database: settings.name,
    user: settings.user,
    password: settings.password,
    ssl: { ca: settings.ca, minVersion: "TLSv1.2", rejectUnauthorized: true, verifyIdentity: true },
    stream: () => openSocket(settings),
    connectionLimit: CONNECTIONS,
    queueLimit: WAITING,
    connectTimeout: CONNECT_MS,
    timezone: "Z",
  });

  const openedAt = new WeakMap();
  let lastLossAt = 0;
  pool.on("connection", (connection) => {
    openedAt.set(connection, performance.now());
    // The query that meets the error reports it; an idle connection has nobody to tell, and that must not end the process.
    connection.on("error", () => {});
  });

  /** One try, at most `ms` long, waiting for a free connection included. */
  function attempt(sql, values, ms) {
    return new Promise((resolve, reject) => {
      let leased;
      let over = false;

      const finish = (error, rows) => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        const reason = error && reasonOf(error);
        if (reason === "lost") lastLossAt = performance.now();
        if (leased && reason) discard(leased);
        else leased?.release();
        if (error) reject(reason ? new Unavailable(reason) : error);
        else resolve(rows);
      };
      const timer = setTimeout(() => finish({ code: "ETIMEDOUT" }), ms);

      const lease = () =>
        pool.getConnection((error, connection) => {
          if (error) return finish(error);
          if (over) return connection.release();
          // Where one connection was lost, all that are older are probably dead too.
          if (openedAt.get(connection) < lastLossAt) {
            discard(connection);
            return lease();
          }
          leased = connection;
          connection.execute(sql, values, finish);
        });
      lease();
    });
  }

  return {
    /**
     * Runs one statement and returns its rows, or its outcome if it has none.
     * Say `idempotent` where running it twice does no harm: then it is tried again if the connection was lost.
     * `ms` bounds all of it.
     * Throws Unavailable, or MySQL's own error if the statement is at fault.
     */
    async query(sql, values = [], { idempotent = false, ms = QUERY_MS } = {}) {
      const endsAt = performance.now() + ms;
      try {
        return await attempt(sql, values, ms);
      } catch (error) {
        if (!idempotent || error.reason !== "lost") throw error;
        return attempt(sql, values, endsAt - performance.now());
      }
    },
  };
}

/**
 * Node checks the certificate against the name that a TLS client asked for. mysql2 asks for none where the host is an
 * IP address (it would be against the standard), and Node then takes the socket's `_host`, which it sets for names only.
 * Should a later Node look elsewhere, connections are refused, not accepted unchecked.
 */
function openSocket({ host, port }) {
  const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 10_000 });
  socket._host = host;
  return socket;
}

/** mysql2's destroy() waits for the other side to hang up, which a frozen one never does. */
function discard(connection) {
  connection.destroy();
  connection.stream.destroy();
}

const REASONS = [
  ["timeout", /^(ETIMEDOUT|PROTOCOL_SEQUENCE_TIMEOUT)$/],
  ["unreachable", /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|ENOTFOUND|EAI_AGAIN)$/],
  ["tls", /^(HANDSHAKE_(NO_)?SSL_|ERR_TLS_)/],
  ["denied", /^ER_(ACCESS|DBACCESS)_DENIED/],
  ["busy", /^ER_(CON_COUNT_ERROR|TOO_MANY_USER_CONNECTIONS|USER_LIMIT_REACHED)$/],
  ["read-only", /^ER_(OPTION_PREVENTS_STATEMENT|READ_ONLY_MODE|CANT_EXECUTE_IN_READ_ONLY_TRANSACTION)$/],
  ["lost", /^(ECONNRESET|ECONNABORTED|EPIPE|PROTOCOL_|ER_(SESSION_WAS_KILLED|CLIENT_INTERACTION_TIMEOUT)$)/],
];
/** SQL states: the connection broke, the server ended the session. */
const LOST_STATES = ["08S01", "70100"];

/** One word for why the database could not answer; undefined where it did, and the statement was wrong. */
function reasonOf(error) {
  const known = REASONS.find(([, codes]) => codes.test(error.code));
  if (known) return known[0];
  if (error.message === "Queue limit reached.") return "busy";
  return error.fatal || LOST_STATES.includes(error.sqlState) ? "lost" : undefined;
}
