import { readFileSync } from "node:fs";

import { Cluster, Redis, type RedisOptions } from "ioredis";

import { backoffMs } from "../async/retry.ts";
import { PipelineError } from "../core/errors.ts";
import { memoryOf, refusalOf } from "./memory.ts";
import { redisScripts, type RedisScripts } from "./scripts.ts";
import { redisAddressOf, type RedisAddress } from "./address.ts";

export interface RedisConnectionOptions {
  /** PEM file of the authority that signed the server's certificate, where the system does not know it. */
  readonly caFile?: string;
  /** How long a server that does not answer at the start is waited for. */
  readonly connectTimeoutMs?: number;
}

/** A connection that makes itself again forever; commands wait while there is none. */
export interface RedisConnection extends AsyncDisposable {
  readonly client: Redis | Cluster;
  readonly scripts: RedisScripts;
  /** Before each key, in braces. */
  readonly prefix: string;
  /** The address without what is secret in it. */
  readonly place: string;
}

const common = {
  // BullMQ wants it: a command waits for Redis to come back, it does not fail after 20 tries. The caller that waits has a signal.
  maxRetriesPerRequest: null,
  // No version of the client in CLIENT SETINFO: restricted users may not be allowed to say it.
  disableClientInfo: true,
  // A host that vanishes closes no connection. No command of ours blocks for more than 10 s, so silence is its absence.
  socketTimeout: 30_000,
  keepAlive: 10_000,
  // After a fail-over the old master answers READONLY: find the new one, and send the command again there.
  reconnectOnError: (error: Error) => (error.message.startsWith("READONLY") ? 2 : false),
} satisfies RedisOptions;

/** Quick at first, as a restart takes a second; then every two seconds for as long as it takes. */
const reconnectDelayMs = (times: number): number => backoffMs(times, { firstMs: 100, mostMs: 2000 });

/**
 * Connects to Redis 7 or newer, or Valkey, once it has answered and is fit to be a queue.
 * @param url see `redisAddressOf` for its forms
 * @throws {PipelineError} `usage` for the address, `queue-unreachable`, `queue-refused` (no right, a server that evicts)
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

/** Waits for the first answer; what can never come right by waiting ends it at once. */
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

/** A cluster says what went wrong in the error of its last node. */
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
