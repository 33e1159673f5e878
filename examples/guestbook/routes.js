import { Refusal } from "./http.js";
import { entriesPage } from "./pages.js";

const LONGEST = { author: 80, text: 2000 };

/**
 * Every route: method, path, and what to do. A route gets the parts of the path that its pattern captures and the
 * body as text, and returns { status, body, headers }: a page as a string, or anything else to be sent as JSON.
 */
export function routesFor(entries, serverName) {
  return [
    ["GET", /^\/$/, async () => ({ body: entriesPage(await entries.newest(), serverName) })],

    [
      "POST",
      /^\/entries$/,
      async (_parts, body) => {
        const form = new URLSearchParams(body);
        await entries.add(readEntry(form.get("name"), form.get("message")));
        return { status: 303, body: "", headers: { location: "/" } };
      },
    ],

    ["GET", /^\/api\/entries$/, async () => ({ body: { entries: await entries.newest(), server: serverName } })],

    [
      "POST",
      /^\/api\/entries$/,
      async (_parts, body) => {
        const { author, text } = readJson(body);
        const id = await entries.add(readEntry(author, text));
        return { status: 201, body: { id, server: serverName }, headers: { location: `/api/entries/${id}` } };
      },
    ],

    [
      "GET",
      /^\/api\/entries\/([1-9][0-9]{0,8})$/,
      async ([id]) => {
        const entry = await entries.find(Number(id));
        if (!entry) throw new Refusal(404, "There is no such entry.");
        return { body: entry };
      },
    ],

    // For checks from outside: a write that was answered must be found again, whatever has failed since.
    [
      "PUT",
      /^\/api\/writes\/([A-Za-z0-9-]{1,64})$/,
      async ([id]) => ({ status: (await entries.keepWrite(id)) ? 201 : 200, body: { id } }),
    ],
    [
      "GET",
      /^\/api\/writes\/([A-Za-z0-9-]{1,64})$/,
      async ([id]) => {
        const count = await entries.countWrites(id);
        if (count === 0) throw new Refusal(404, "There is no such write.");
        return { body: { id, count } };
      },
    ],

    [
      "GET",
      /^\/healthz$/,
      async () => {
        try {
          await entries.checkHealth();
          return { body: { status: "ok", database: "ok", server: serverName } };
        } catch (error) {
          return { status: 503, body: { status: "failing", database: error.reason ?? "error", server: serverName } };
        }
      },
    ],
  ];
}

/** The route for a request, and the parts of its path. Throws a Refusal: 404, or 405 where another method would do. */
export function findRoute(routes, method, path) {
  const here = routes.filter(([, pattern]) => pattern.test(path));
  if (here.length === 0) throw new Refusal(404, "There is nothing here.");
  // Node leaves the body out of an answer to HEAD.
  const route = here.find(([allowed]) => allowed === (method === "HEAD" ? "GET" : method));
  if (!route) {
    const allow = here.flatMap(([allowed]) => (allowed === "GET" ? ["GET", "HEAD"] : [allowed])).join(", ");
    throw new Refusal(405, `${method} does not work here.`, { allow });
  }
  const [, pattern, run] = route;
  return { run, parts: pattern.exec(path).slice(1) };
}

function readJson(body) {
  try {
    return Object(JSON.parse(body));
  } catch {
    throw new Refusal(400, "The request is not JSON.");
  }
}

function readEntry(author, text) {
  return {
    author: readText("A name", author, LONGEST.author, /\p{Cc}/u),
    text: readText("A message", text, LONGEST.text, /[^\P{Cc}\n\t]/u),
  };
}

/** Trimmed, with line ends as \n. `forbidden` matches what must not be in it. */
function readText(what, value, longest, forbidden) {
  const text = typeof value === "string" ? value.replaceAll("\r\n", "\n").trim() : "";
  if (text === "" || text.length > longest) throw new Refusal(400, `${what} of 1 to ${longest} characters is needed.`);
  if (forbidden.test(text)) throw new Refusal(400, `${what} without control characters is needed.`);
  return text;
}
