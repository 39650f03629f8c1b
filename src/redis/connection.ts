import { readFileSync } from "node:fs";

import { Cluster, Redis, type RedisOptions } from "ioredis";

import { backoffMs } from "../async/retry.ts";
import { PipelineError } from "../core/errors.ts";
import { redisAddressOf, type RedisAddress } from "./address.ts";
import { memoryOf, refusalOf } from "./memory.ts";
import { redisScripts, type RedisScripts } from "./scripts.ts";

export interface RedisConnectionOptions {
  /** PEM file of the authority that signed the server's certificate, if the system does not know it. */
  readonly caFile?: string;
  /** How long to wait at the start for a server that does not answer. */
  readonly connectTimeoutMs?: number;
}

/** A connection that reconnects forever; commands wait while it is down. */
export interface RedisConnection extends AsyncDisposable {
  readonly client: Redis | Cluster;
  readonly scripts: RedisScripts;
  /** Before each key, in braces. */
  readonly prefix: string;
  /** The address without its secrets. */
  readonly place: string;
}

const common = {
  // BullMQ requires this: a command waits for Redis to come back instead of failing after 20 tries. A caller that waits
  // has a signal.
  maxRetriesPerRequest: null,
  // No CLIENT SETINFO with the client's version: restricted users may not be allowed to call it.
  disableClientInfo: true,
  // A host that vanishes does not close its connections. No command of ours blocks for more than 10 s, so longer
  // silence means that it is gone.
  socketTimeout: 30_000,
  keepAlive: 10_000,
  // After a fail-over the old master answers READONLY: find the new one, and send the command again there.
  reconnectOnError: (error: Error) => (error.message.startsWith("READONLY") ? 2 : false),
} satisfies RedisOptions;

/** Quick at first, since a restart takes a second; then every two seconds without end. */
const reconnectDelayMs = (times: number): number => backoffMs(times, { firstMs: 100, mostMs: 2000 });

/**
 * Connects to Redis 7 or newer, or Valkey; resolves once it has answered and is suitable for a queue.
 * @param url see `redisAddressOf` for its forms
 * @throws {PipelineError} `usage` for the address, `queue-unreachable`, `queue-refused` (no permission, a server that
 * evicts)
 */
export async function connectRedis(url: string, options: RedisConnectionOptions = {}): Promise<RedisConnection> {
  const address = redisAddressOf(url);
  const client = clientOf(address, options);
  const { place, prefix } = address;
  try {
    await firstAnswer(client, place, options.connectTimeoutMs ?? 10_000);
    const refusal = refusalOf(await memoryOf(client));
    if (refusal !== undefined)
      throw new PipelineError("queue-refused", `Redis at ${place} is not used: ${refusal}`, { place });
  } catch (error) {
    client.disconnect();
    throw error instanceof PipelineError ? error : connectError(error, place);
  }
  return {
    client,
    scripts: redisScripts(client, prefix),
    prefix,
    place,
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}

function clientOf(address: RedisAddress, { caFile }: RedisConnectionOptions): Redis | Cluster {
  const { kind, nodes, master, username, password, database } = address;
  const tls = address.tls ? { tls: caFile === undefined ? {} : { ca: readCa(caFile) } } : {};
  const login = {
    ...common,
    ...tls,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
  if (kind === "cluster")
    return new Cluster([...nodes], { redisOptions: login, clusterRetryStrategy: reconnectDelayMs });
  const single = { ...login, db: database, retryStrategy: reconnectDelayMs };
  if (kind === "sentinel") {
    const sentinels = { sentinels: [...nodes], name: master, sentinelRetryStrategy: reconnectDelayMs };
    return new Redis({
      ...single,
      ...sentinels,
      ...(address.tls ? { enableTLSForSentinelMode: true, sentinelTLS: tls.tls ?? {} } : {}),
    });
  }
  return new Redis({ ...single, ...nodes[0] });
}

function readCa(caFile: string): Buffer {
  try {
    return readFileSync(caFile);
  } catch (error) {
    throw new PipelineError("not-found", `the certificate file ${caFile} cannot be read: give a PEM file`, {}, error);
  }
}

/** Waits for the first answer; an error that waiting cannot resolve is thrown immediately. */
async function firstAnswer(client: Redis | Cluster, place: string, timeoutMs: number): Promise<void> {
  const answer = Promise.withResolvers<unknown>();
  let last: unknown = new Error(`no answer in ${timeoutMs} ms`);
  const timer = setTimeout(() => answer.reject(connectError(last, place)), timeoutMs);
  client.on("error", (error: unknown) => {
    last = rootOf(error);
    if (isRefusal(last)) answer.reject(connectError(last, place));
  });
  client.ping().then(answer.resolve, answer.reject);
  try {
    await answer.promise;
  } finally {
    clearTimeout(timer);
  }
}

/** For a cluster, the cause is in the error of its last node. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && "lastNodeError" in error ? (error.lastNodeError ?? error) : error;
}

const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (/^(?:WRONGPASS|NOAUTH|NOPERM|ERR AUTH|ERR Client sent AUTH|ERR DB index)/u.test(error.message) ||
    /certificate|self[- ]signed|CERT_/iu.test(error.message));

function connectError(error: unknown, place: string): PipelineError {
  const why = error instanceof Error ? error.message || error.name : String(error);
  if (isRefusal(error)) {
    const message = `Redis at ${place} refuses the connection (${why}): check user, password, database and certificate of --redis`;
    return new PipelineError("queue-refused", message, { place }, error);
  }
  const message = `Redis at ${place} cannot be reached (${why}): see that it runs and that --redis names it`;
  return new PipelineError("queue-unreachable", message, { place }, error);
}
