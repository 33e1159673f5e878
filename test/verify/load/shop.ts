import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Site } from "../../../src/verify/site.ts";
import { makeCertificate } from "../certificates.ts";

/** A site on the loopback that speaks HTTP/1.1 and HTTP/2, as a balancer does, and misbehaves when told. */
export interface Shop {
  readonly site: Site;
  /** Connections that were made so far. */
  readonly sockets: readonly Socket[];
  /** Requests that came so far: "PUT /writes/..." */
  readonly requests: readonly string[];
  /** Answers wait while this is set. */
  stall: Promise<void> | undefined;
  /** What a request gets; default: 200 "ok". */
  answer: (request: Http2ServerRequest, response: Http2ServerResponse) => void;
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const certificate = makeCertificate("shop.example");
  const sockets: Socket[] = [];
  const requests: string[] = [];
  const server: Http2SecureServer = createSecureServer(
    { ...certificate, allowHTTP1: true },
    async (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      await shop.stall;
      response.setHeader("x-served-by", "web1");
      response.setHeader("x-balancer", "lb1");
      shop.answer(request, response);
    },
  );
  server.on("secureConnection", (socket: Socket) => sockets.push(socket));
  server.on("sessionError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const shop: Shop = {
    site: { address: "127.0.0.1", domain: "shop.example", ca: certificate.ca, ports: { http: port, https: port } },
    sockets,
    requests,
    stall: undefined,
    answer: (_, response) => void response.end("ok"),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return shop;
}
