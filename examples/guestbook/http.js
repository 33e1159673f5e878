import { isIP } from "node:net";

const LONGEST_BODY = 16 * 1024;

/** An answer that says no: thrown by a route, sent by the server. `message` is for the client to read. */
export class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The whole body as text. One that is too long is read to its end but not kept, so that the client hears why. */
export function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    let length = 0;
    request.on("data", (chunk) => {
      length += chunk.length;
      if (length <= LONGEST_BODY) chunks.push(chunk);
    });
    request.on("end", () => {
      if (length > LONGEST_BODY) reject(new Refusal(413, `The request is longer than ${LONGEST_BODY} bytes.`));
      else resolve(Buffer.concat(chunks).toString("utf8"));
    });
    request.on("error", () => reject(new Refusal(400, "The request broke off.")));
  });
}

/** Sends a string as it is and anything else as JSON. */
export function send(response, status, body, headers = {}) {
  const isPage = typeof body === "string";
  const bytes = Buffer.from(isPage ? body : `${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    "content-type": isPage ? "text/html; charset=utf-8" : "application/json; charset=utf-8",
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(bytes);
}

/** The client's address for the log: the last one that a proxy added, or the connection's own. Never to be trusted for more. */
export function clientOf(request) {
  const last = request.headers["x-forwarded-for"]?.split(",").at(-1).trim();
  return isIP(last) ? last : request.socket.remoteAddress;
}
