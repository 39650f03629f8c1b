import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

import { exchanger, type Exchanger } from "../../src/fetch/exchange.ts";
import { exchangerDefaults, type ExchangeLimits, type ExchangerOptions } from "../../src/fetch/limits.ts";

/** A server that writes whatever bytes it likes. */
export interface RawServer extends AsyncDisposable {
  readonly port: number;
  readonly origin: string;
  /** Connections made so far, and bytes received on them. */
  readonly seen: { connections: number; bytes: number; text: string };
}

/** Listens on a free loopback port; `answer` runs at each request head, with its number on the connection. */
export async function rawServer(
  answer: (socket: Socket, request: number) => void,
  tls: TlsOptions | null = null,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const seen = { connections: 0, bytes: 0, text: "" };
  const serve = (socket: Socket): void => {
    let requests = 0;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.on("data", (bytes: Buffer) => {
      seen.bytes += bytes.length;
      seen.text += bytes.toString("latin1");
      if (bytes.includes("\r\n\r\n")) answer(socket, requests++);
    });
  };
  const server: Server = tls === null ? createServer(serve) : createTlsServer(tls, serve);
  server.on("connection", () => (seen.connections += 1));
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Short limits, so that each hostile server is done with soon. */
export const shortLimits: ExchangeLimits = {
  ...exchangerDefaults.limits,
  totalMs: 1000,
  headMs: 500,
  connectMs: 400,
  slowGraceMs: 300,
  maxWireBytes: 256 << 10,
};

/** An exchanger that may ask the servers of a test. */
export function testExchanger(server: { readonly port: number }, options: Partial<ExchangerOptions> = {}): Exchanger {
  return exchanger({
    ...exchangerDefaults,
    allowPrivate: true,
    ports: [server.port],
    limits: shortLimits,
    ...options,
  });
}

export const agentHeaders: readonly (readonly [string, string])[] = [["User-Agent", "colophon-test"]];
