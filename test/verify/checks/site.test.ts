import { createHash } from "node:crypto";
import { createSecureServer } from "node:http2";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { cacheHeaders, wrongOf } from "../../../src/verify/checks/cache-headers.ts";
import { compression } from "../../../src/verify/checks/compression.ts";
import { http2 } from "../../../src/verify/checks/http2.ts";
import { sameAnswers } from "../../../src/verify/checks/same-answers.ts";
import { lackingOf, securityHeaders } from "../../../src/verify/checks/security-headers.ts";
import { makeCertificate } from "../certificates.ts";
import { brief, certificate, contextOf, type Handle, listen, siteOf } from "./context.ts";

const CSS = "body { color: black; }\n".repeat(80);
const ETAG = `"${createHash("sha256").update(CSS).digest("hex").slice(0, 16)}"`;
const SINCE = "Mon, 02 Jan 2023 03:04:05 GMT";

/** A static file as Nginx is configured to send it; `change` is laid over its headers for one server. */
function style(change: (server: string) => Record<string, string> = () => ({}), pack = gzipSync): Handle {
  return (request, response, server) => {
    const headers = {
      "content-type": "text/css; charset=utf-8",
      "cache-control": "public, max-age=300",
      etag: ETAG,
      "last-modified": SINCE,
      vary: "Accept-Encoding",
      ...change(server),
    };
    const unchanged =
      request.headers["if-none-match"] === headers.etag || request.headers["if-modified-since"] === SINCE;
    if (unchanged) return void response.writeHead(304, headers).end();
    const packed = request.headers["accept-encoding"] === "gzip" && headers["content-type"] !== "image/png";
    response
      .writeHead(200, { ...headers, ...(packed ? { "content-encoding": "gzip" } : {}) })
      .end(packed ? pack(CSS) : CSS);
  };
}

test("text that is sent compressed by both web servers passes", async () => {
  const found = await compression.run(contextOf({ https: await siteOf(style()) }));
  const sizes = `${gzipSync(CSS).length} of ${CSS.length} bytes`;
  expect(brief(found)).toEqual([`web1 passed: ${sizes}`, `web2 passed: ${sizes}`]);
});

test.each([
  ["other bytes", () => gzipSync("other"), /which unpack to others$/],
  ["no gzip at all", () => Buffer.from(CSS), /^web1 failed: .* which do not unpack: /],
])("an answer that unpacks to %s fails", async (_, pack, said) => {
  const found = await compression.run(contextOf({ https: await siteOf(style(undefined, pack as typeof gzipSync)) }));
  expect(brief(found)[0]).toMatch(said);
});

test("one web server that does not compress, or does not say that it may, fails alone", async () => {
  const off: Handle = (request, response, server) => {
    if (server === "web2") request.headers["accept-encoding"] = "identity";
    style()(request, response, server);
  };
  expect(brief(await compression.run(contextOf({ https: await siteOf(off) })))).toEqual([
    expect.stringMatching(/^web1 passed/),
    "web2 failed: it is not compressed",
  ]);
  const silent = style((server) => ({ vary: server === "web1" ? "accept-encodings" : "origin, accept-encoding" }));
  expect(brief(await compression.run(contextOf({ https: await siteOf(silent) })))).toEqual([
    "web1 failed: no vary: accept-encoding",
    expect.stringMatching(/^web2 passed/),
  ]);
});

test("what is not worth compressing is skipped, with the reason", async () => {
  const image = await siteOf(style(() => ({ "content-type": "image/png" })));
  expect(brief(await compression.run(contextOf({ https: image })))[0]).toBe(
    "web1 skipped: /assets/style.css is image/png, which is not compressed",
  );
  const small = await siteOf((_, response) => response.writeHead(200, { "content-type": "text/css" }).end("a{}"));
  expect(brief(await compression.run(contextOf({ https: small })))[0]).toBe(
    "web1 skipped: /assets/style.css has 3 bytes; from 1024 it is compressed",
  );
  const none = contextOf({ https: 1 }, { checks: { dynamic: "/" } });
  for (const check of [compression, cacheHeaders]) {
    expect(brief(await check.run(none))).toEqual([
      "web1 skipped: checks.static is not in stack.yml",
      "web2 skipped: checks.static is not in stack.yml",
    ]);
  }
});

test("files that may be kept, and answer 304 unchanged, pass", async () => {
  const found = await cacheHeaders.run(contextOf({ https: await siteOf(style()) }));
  expect(brief(found)).toEqual([
    "web1 passed: public, max-age=300, 304 when unchanged",
    "web2 passed: public, max-age=300, 304 when unchanged",
  ]);
});

test("a web server with another version of the file fails: what one sent, the other sends again", async () => {
  const https = await siteOf(style((server) => (server === "web2" ? { etag: '"other"' } : {})));
  expect(brief(await cacheHeaders.run(contextOf({ https })))).toEqual([
    "web1 failed: 200 from web2 for if-none-match of what web1 sent",
    "web2 failed: 200 from web1 for if-none-match of what web2 sent",
  ]);
  const forgetful: Handle = (request, response, server) => {
    delete request.headers["if-modified-since"];
    style()(request, response, server);
  };
  expect(brief(await cacheHeaders.run(contextOf({ https: await siteOf(forgetful) })))[0]).toMatch(
    /^web1 failed: 200 from web\d for if-modified-since of what web1 sent$/,
  );
});

test.each([
  ["/style.css", { "cache-control": "public, max-age=300" }, undefined],
  ["/style.css", {}, "no cache-control"],
  ["/style.css", { "cache-control": "no-store" }, "no-store"],
  ["/style.css", { "cache-control": "private, max-age=300" }, "private, max-age=300"],
  ["/style.css", { "cache-control": "public, max-age=31536000" }, "public, max-age=31536000"],
  ["/app.0123abcd.js", { "cache-control": "public, max-age=300" }, "public, max-age=300"],
  ["/app.0123abcd.js", { "cache-control": "public, max-age=31536000, immutable" }, undefined],
  ["/style.css", { "cache-control": "public, max-age=60", etag: undefined }, "no etag"],
  ["/style.css", { "cache-control": "public, max-age=60", "last-modified": undefined }, "no last-modified"],
])("%s with %j: %s", (path, headers, wrong) => {
  expect(wrongOf(path, { headers: { etag: ETAG, "last-modified": SINCE, ...headers } })).toBe(wrong);
});

const SECURE = {
  "strict-transport-security": "max-age=31536000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "SAMEORIGIN",
  "referrer-policy": "same-origin",
  server: "nginx",
};

test.each([
  [{}, []],
  [{ "x-frame-options": undefined, "content-security-policy": "frame-ancestors 'none'" }, []],
  [{ "strict-transport-security": undefined }, ["no strict-transport-security"]],
  [{ "strict-transport-security": "includeSubDomains; max-age=60" }, []],
  [{ "strict-transport-security": "max-age=0" }, ["strict-transport-security of 0 s"]],
  [{ "x-content-type-options": "sniff" }, ["no x-content-type-options: nosniff"]],
  [{ "x-frame-options": undefined, "content-security-policy": "default-src 'none'" }, ["nothing against framing"]],
  [{ "referrer-policy": undefined }, ["no referrer-policy"]],
  [{ server: "nginx/1.26.3" }, ["the version of the server (nginx/1.26.3)"]],
])("of the security headers with %j lack %j", (change, lacking) => {
  expect(lackingOf({ ...SECURE, ...change })).toEqual(lacking);
});

test("security headers are asked of pages and static files, at the virtual IP and at each balancer", async () => {
  const all = await siteOf((_, response) => response.writeHead(404, SECURE).end());
  expect(brief(await securityHeaders.run(contextOf({ https: all })))).toEqual([
    "virtual IP passed: all of them",
    "web1 passed: all of them",
    "web2 passed: all of them",
  ]);
  const pages = await siteOf((request, response) =>
    response.writeHead(200, request.url === "/" ? SECURE : { ...SECURE, "referrer-policy": "" }).end(),
  );
  expect(brief(await securityHeaders.run(contextOf({ https: pages })))[2]).toBe(
    "web2 failed: no referrer-policy for /assets/style.css",
  );
  expect(brief(await securityHeaders.run(contextOf({})))[0]).toMatch(/^virtual IP failed: .*ECONNREFUSED/);
});

test("HTTP/2 has to answer, not only to be offered", async () => {
  const serve = (status: number) => {
    const server = createSecureServer({ ...certificate, allowHTTP1: true });
    server.on("stream", (stream, headers) => {
      stream.respond({ ":status": headers[":authority"] === "shop.example" ? status : 421 });
      stream.end("well");
    });
    return server;
  };
  expect(brief(await http2.run(contextOf({ https: await listen(serve(404)) })))).toEqual([
    "virtual IP passed: 404 over h2",
    "web1 passed: 404 over h2",
    "web2 passed: 404 over h2",
  ]);
  expect(brief(await http2.run(contextOf({ https: await listen(serve(503)) })))[0]).toBe(
    "virtual IP failed: 503 over h2",
  );
  const refuses = createSecureServer(certificate).on("stream", (stream) => stream.session?.destroy());
  expect(brief(await http2.run(contextOf({ https: await listen(refuses) })))[0]).toMatch(/^virtual IP failed: /);
  const old = await siteOf((_, response) => response.end());
  expect(brief(await http2.run(contextOf({ https: old })))[0]).toBe("virtual IP failed: h2 is not offered");
});

/** Two balancers at two addresses of this computer, on one port as they are. */
async function balancers(one: Handle, other: Handle, shown = certificate) {
  const https = await siteOf(one);
  await siteOf(other, { host: "127.0.0.2", port: https, shown });
  const context = contextOf({ https });
  const hosts = context.hosts.map((host) => (host.name === "web2" ? { ...host, address: "127.0.0.2" } : host));
  return { ...context, hosts };
}

const page: Handle = (_, response, server) => response.setHeader("content-type", "text/html").end(`by ${server}`);

test("balancers that say the same pass, also where pages name their server", async () => {
  expect(brief(await sameAnswers.run(await balancers(page, page)))).toEqual([
    "virtual IP passed: the same certificate, static file and page",
  ]);
});

test("each way in which balancers can differ is told", async () => {
  const differ = async (other: Handle) => brief(await sameAnswers.run(await balancers(page, other)));
  const another: Handle = (request, response, server) =>
    request.url === "/"
      ? page(request, response, server)
      : void response.setHeader("content-type", "text/html").end("-");
  expect(await differ(another)).toEqual(["virtual IP failed: /assets/style.css is not the same by web1 and web2"]);
  const down: Handle = (request, response, server) => {
    if (request.url === "/") response.statusCode = 503;
    page(request, response, server);
  };
  expect(await differ(down)).toEqual(["virtual IP failed: /: 200 by web1, 503 by web2"]);
});

test("another certificate at one balancer is told, though it is trusted", async () => {
  const other = makeCertificate("shop.example");
  const context = await balancers(page, page, other);
  const both = { ...context, site: { ...context.site, ca: `${certificate.ca}${other.ca}` } };
  expect(brief(await sameAnswers.run(both))).toEqual(["virtual IP failed: web1 and web2 show different certificates"]);
});

test("a page that differs each time is compared by its status alone, and that is said", async () => {
  let count = 0;
  const lively: Handle = (request, response, server) =>
    request.url === "/" ? void response.end(String(count++)) : page(request, response, server);
  expect(brief(await sameAnswers.run(await balancers(lively, lively)))).toEqual([
    "virtual IP passed: the same certificate, static file and page; / differs each time it is asked for, so that only its status was compared",
  ]);
});

test("one balancer alone cannot be compared", async () => {
  const context = contextOf({});
  const limited = { ...context, hosts: context.hosts.filter(({ name }) => name === "web2") };
  expect(brief(await sameAnswers.run(limited))).toEqual(["web2 skipped: the run is about one of them only"]);
});

test("all of that over IPv6", async () => {
  const secure: Handle = (request, response, server) => {
    for (const [name, value] of Object.entries(SECURE)) response.setHeader(name, value);
    style()(request, response, server);
  };
  const context = contextOf({ https: await siteOf(secure, { host: "::1" }) });
  const hosts = context.hosts.map((host) => ({ ...host, address: "::1" }));
  const six = { ...context, hosts, site: { ...context.site, address: "::1" } };
  for (const check of [compression, cacheHeaders, securityHeaders, sameAnswers]) {
    expect((await check.run(six)).map(({ status }) => status)).not.toContain("failed");
  }
  const server = createSecureServer(certificate, (_, response) => response.end());
  const port = await listen(server, "::1");
  const fast = { ...six, site: { ...six.site, ports: { http: 1, https: port } } };
  expect(brief(await http2.run(fast))[1]).toBe("web1 passed: 200 over h2");
});
