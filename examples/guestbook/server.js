import { createServer } from "node:http";
import { readConfig } from "./config.js";
import { openDatabase, Unavailable } from "./database.js";
import { openEntries } from "./entries.js";
import { clientOf, Refusal, readBody, send } from "./http.js";
import { errorPage } from "./pages.js";
import { findRoute, routesFor } from "./routes.js";

// Longer than a proxy keeps an idle connection, so that it is never us who close one that it is about to use.
const KEEP_ALIVE_MS = 65_000;
const REQUEST_MS = 10_000;
const LAST_REQUESTS_MS = 4000;

const log = (line) => process.stdout.write(`${line}\n`);

const config = configOrExit();
const entries = openEntries(openDatabase(config.database), config.serverName, log);
const routes = routesFor(entries, config.serverName);
let stopping = false;

const server = createServer({ requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS }, async (request, response) => {
  const startedAt = performance.now();
  const path = pathOf(request);
  response.on("close", () => {
    const status = response.writableFinished ? response.statusCode : "gone";
    const ms = Math.round(performance.now() - startedAt);
    log(`${request.method} ${path} ${status} ${ms} ${config.serverName} ${clientOf(request)}`);
  });
  const { status, body, headers } = await answer(request, path);
  send(response, status, body, {
    "x-served-by": config.serverName,
    "content-security-policy":
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'",
    ...(stopping && { connection: "close" }),
    ...headers,
  });
});

async function answer(request, path) {
  try {
    const { run, parts } = findRoute(routes, request.method, path);
    const { status = 200, body, headers = {} } = await run(parts, await readBody(request));
    return { status, body, headers };
  } catch (error) {
    const { status, message, headers } = refusalFor(error);
    const isApi = path.startsWith("/api/");
    return { status, body: isApi ? { error: message } : errorPage(status, message), headers };
  }
}

/** What a client may know of an error. The rest of it goes to the log. */
function refusalFor(error) {
  if (error instanceof Refusal) return error;
  if (error instanceof Unavailable) return new Refusal(503, error.message, { "retry-after": "1" });
  process.stderr.write(`${error.stack}\n`);
  return new Refusal(500, "Something went wrong here.");
}

/** The path without the query, which may hold what should not be logged; a nonsense address becomes a path that no route has. */
function pathOf(request) {
  try {
    return new URL(request.url, "http://localhost").pathname;
  } catch {
    return "//";
  }
}

/** Running requests get their answers, then the process ends. */
function stop() {
  if (stopping) return;
  stopping = true;
  log("stopping");
  server.close(() => process.exit(0));
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), LAST_REQUESTS_MS);
}

function configOrExit() {
  try {
    return readConfig(process.env);
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

server.keepAliveTimeout = KEEP_ALIVE_MS;
server.listen(config.listen, () => log(`listening on ${config.listen.host} port ${server.address().port}`));
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
entries.prepare();
