import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { PipelineError } from "../core/errors.ts";
import type { Metrics } from "./metrics.ts";

export interface MetricsServer extends AsyncDisposable {
  /** The requested port, or the one that the system chose for 0. */
  readonly port: number;
}

export interface MetricsAddress {
  /** This machine only by default: there is no password. */
  readonly host?: string;
  readonly port: number;
}

type Served = Pick<Metrics<never>, "text" | "contentType">;

/**
 * Serves the metrics at `/metrics` to any caller. It does not keep the process alive.
 * @throws {PipelineError} `usage` when it cannot listen there
 */
export async function serveMetrics(
  metrics: Served,
  { host = "127.0.0.1", port }: MetricsAddress,
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5000 }, (request, response) => {
    answer(metrics, request, response).catch(() => response.destroy());
  });
  // Prometheus needs one connection; more than this are not Prometheus.
  server.maxConnections = 32;
  server.on("connection", (socket) => socket.unref());
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      const message = `cannot serve metrics on ${host}:${port} (${error.code}): choose another address or port`;
      reject(new PipelineError("usage", message, { host, port }, error));
    });
    server.listen(port, host, resolve);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(metrics: Served, { method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (url?.split("?", 1)[0] !== "/metrics") {
    response.writeHead(404).end();
  } else if (method !== "GET") {
    response.writeHead(405, { allow: "GET" }).end();
  } else {
    const text = await metrics.text();
    response.writeHead(200, { "content-type": metrics.contentType, "cache-control": "no-store" }).end(text);
  }
}
