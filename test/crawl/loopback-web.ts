import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";

/** One request as the server saw it. */
export interface Seen {
  /** Host and target: `a.test/page`. */
  readonly url: string;
  readonly host: string;
  readonly headers: IncomingMessage["headers"];
  readonly beganMs: number;
  /** Requests of the host that were under way when it came, itself included. */
  readonly atOnce: number;
  /** Which connection it came over, counted from 1. */
  readonly connection: number;
}

export interface LoopbackWeb extends AsyncDisposable {
  readonly port: number;
  readonly seen: Seen[];
  /** For `--connect-to`: sends everything here. */
  readonly connectTo: string;
}

/** What the server answers: a page's HTML, or whatever it writes itself. */
export type Answer = (url: string, request: IncomingMessage, response: ServerResponse) => string | null;

/** A web of as many hosts as anybody asks for, on one loopback port; hosts without a robots.txt of their own allow all. */
export async function loopbackWeb(answer: Answer, tls: TlsOptions | null = null): Promise<LoopbackWeb> {
  const seen: Seen[] = [];
  const busy = new Map<string, number>();
  const connections = new Map<unknown, number>();
  const serve: RequestListener = (request, response) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "");
    const url = host + (request.url ?? "");
    if (!connections.has(request.socket)) connections.set(request.socket, connections.size + 1);
    const atOnce = (busy.get(host) ?? 0) + 1;
    busy.set(host, atOnce);
    const connection = connections.get(request.socket) ?? 0;
    const one: Seen = {
      url,
      host,
      headers: request.headers,
      beganMs: performance.now(),
      atOnce,
      connection,
    };
    seen.push(one);
    response.on("close", () => {
      busy.set(host, (busy.get(host) ?? 1) - 1);
    });
    const html = answer(url, request, response);
    if (html !== null) response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
    else if (!response.headersSent && response.writable && !response.writableEnded && isUnanswered(response)) {
      response.writeHead(404, { "content-type": "text/plain" }).end("nothing here\n");
    }
  };
  const server = tls === null ? createServer(serve) : createTlsServer(tls, serve);
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    seen,
    connectTo: `::127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const later = new WeakSet<ServerResponse>();

/** Says that the answer comes later, or never. */
export function answersItself(response: ServerResponse): null {
  later.add(response);
  return null;
}

function isUnanswered(response: ServerResponse): boolean {
  return !later.has(response);
}

/** A page with words of its own and links. */
export function pageOf(title: string, links: readonly string[], head = ""): string {
  const anchors = links.map((href) => `<a href="${href}">${href}</a>`).join("\n");
  return `<!DOCTYPE html><html><head><title>${title}</title>${head}</head><body><h1>${title}</h1>${anchors}</body></html>`;
}
