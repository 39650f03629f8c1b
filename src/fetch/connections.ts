import type { Socket } from "node:net";

import { LRUCache } from "lru-cache";
import { Client } from "undici";

import type { Connection, Connector } from "./connector.ts";
import type { ExchangerOptions } from "./limits.ts";

/** Sees the bytes of the exchange that a connection is busy with. */
export interface Tap {
  /** Gives the part of the chunk that the HTTP parser may see, `null` for none. */
  readonly received: (chunk: Buffer) => Buffer | null;
  readonly sent: (bytes: string | Uint8Array) => void;
}

/** The one connection of an origin. */
export interface HostClient {
  readonly origin: string;
  readonly client: Client;
  connection: Connection | null;
  /** When the connection stood, on the clock of `performance.now`. */
  connectedMs: number;
  /** Exchanges that this connection has carried before. */
  exchanges: number;
  tap: Tap | null;
  /** Exchanges that are not done, waiting ones included. */
  active: number;
}

export interface HostClients {
  readonly take: (origin: string) => HostClient;
  readonly giveBack: (host: HostClient) => void;
  /** Ends the connection, even one that is still being made. */
  readonly drop: (host: HostClient) => void;
  readonly close: () => Promise<void>;
}

/** Clients by origin. */
interface Clients {
  readonly connector: Connector;
  readonly options: ExchangerOptions;
  /** Those that carry an exchange. */
  readonly busy: Map<string, HostClient>;
  /** Those that were used last. */
  readonly idle: LRUCache<string, HostClient>;
}

/** One undici client for each origin in use, and for the `maxIdleHosts` that were used last. */
export function hostClients(connector: Connector, options: ExchangerOptions): HostClients {
  const busy = new Map<string, HostClient>();
  const idle = new LRUCache<string, HostClient>({
    max: options.maxIdleHosts,
    dispose: (host, _, reason) => reason === "evict" && destroy(host),
  });
  const clients: Clients = { connector, options, busy, idle };
  return {
    take(origin) {
      const host = busy.get(origin) ?? idle.get(origin) ?? opened(clients, origin);
      if (host.active === 0) {
        idle.delete(origin);
        busy.set(origin, host);
      }
      host.active += 1;
      return host;
    },
    giveBack(host) {
      host.active -= 1;
      if (host.active > 0 || busy.get(host.origin) !== host) return;
      busy.delete(host.origin);
      idle.set(host.origin, host);
    },
    drop: (host) => drop(clients, host),
    async close() {
      const all = [...busy.values(), ...idle.values()];
      busy.clear();
      idle.clear();
      await Promise.allSettled(all.map(({ client }) => client.destroy()));
    },
  };
}

function opened(clients: Clients, origin: string): HostClient {
  const { connector, options } = clients;
  const client = new Client(origin, {
    allowH2: false,
    pipelining: 1,
    maxHeaderSize: options.limits.maxHeadBytes,
    // The exchange has limits of its own, which no dripping byte renews.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: options.keepAliveMs,
    connect(target, done) {
      connector(target, (fault, connection) => {
        if (connection === null) {
          done(fault ?? new Error("no connection"), null);
          return;
        }
        connected(host, connection);
        done(null, connection.socket);
      });
    },
  });
  const host: HostClient = { origin, client, connection: null, connectedMs: 0, exchanges: 0, tap: null, active: 0 };
  client.on("disconnect", () => {
    host.connection = null;
    if (host.active === 0) drop(clients, host);
  });
  return host;
}

function connected(host: HostClient, connection: Connection): void {
  host.connection = connection;
  host.connectedMs = performance.now();
  host.exchanges = 0;
  tapSocket(host, connection.socket);
}

function drop({ busy, idle }: Clients, host: HostClient): void {
  if (busy.get(host.origin) === host) busy.delete(host.origin);
  if (idle.peek(host.origin) === host) idle.delete(host.origin);
  destroy(host);
}

function destroy({ client }: HostClient): void {
  client.destroy().catch(() => undefined);
}

/**
 * undici gives neither the head nor the chunks as they were sent; what it reads from the socket is seen here on its way. It
 * takes bytes by `read` and sends them by `write` (a test holds it to that).
 */
function tapSocket(host: HostClient, socket: Socket): void {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket);
  socket.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    return chunk === null || host.tap === null ? chunk : host.tap.received(chunk as Buffer);
  };
  socket.write = ((...sent: Parameters<Socket["write"]>): boolean => {
    host.tap?.sent(sent[0]);
    return write(...sent);
  }) as Socket["write"];
}
