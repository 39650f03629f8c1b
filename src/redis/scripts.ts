import { createHash } from "node:crypto";

import type { Cluster, Redis } from "ioredis";

/** Lua on the server: each run is atomic. For rooms that may not import the client. */
export interface RedisScripts {
  /**
   * Runs a script, by its digest once the server knows its text. Waits while Redis is away.
   * @param keys without the prefix of the connection, which is added to each; the script may derive others from them
   */
  readonly run: (lua: string, keys: readonly string[], args: readonly (string | number)[]) => Promise<unknown>;
  /** Milliseconds since 1970 by the server's clock, the one that all machines share. */
  readonly serverTimeMs: () => Promise<number>;
}

const digests = new Map<string, string>();

function digestOf(lua: string): string {
  const digest = digests.get(lua) ?? createHash("sha1").update(lua).digest("hex");
  digests.set(lua, digest);
  return digest;
}

export function redisScripts(client: Redis | Cluster, prefix: string): RedisScripts {
  return {
    async run(lua, keys, args) {
      const parameters = [...keys.map((key) => `${prefix}:${key}`), ...args];
      try {
        return await client.evalsha(digestOf(lua), keys.length, ...parameters);
      } catch (error) {
        // A server that was restarted has forgotten it.
        if (error instanceof Error && error.message.startsWith("NOSCRIPT"))
          return client.eval(lua, keys.length, ...parameters);
        throw error;
      }
    },
    async serverTimeMs() {
      const [seconds, microseconds] = await client.time();
      return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
    },
  };
}
