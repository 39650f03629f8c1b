/**
 * What the window of due hosts costs in Redis: bytes for each host, time to fill it, and claims with it for each second, beside
 * those of SQLite alone; and bytes for each host that a worker holds. Starts the redis-server on PATH on a port of its own.
 *   node scripts/bench/redis-frontier.ts [--hosts N] [--json]
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { leaseHost, type HostLease } from "../../src/crawl/shared/host-lease.ts";
import type { Frontier } from "../../src/frontier/frontier.ts";
import { redisFrontier } from "../../src/frontier/redis-frontier.ts";
import { openFrontier } from "../../src/frontier/sqlite-frontier.ts";
import { connectRedis } from "../../src/redis/connection.ts";
import { startRedis } from "../../test/fixtures/redis-server.ts";

const { values } = parseArgs({
  options: { hosts: { type: "string", default: "100000" }, json: { type: "boolean", default: false } },
});
const hosts = Number(values.hosts);
const claims = 200;
const held = 10_000;
const limits = { turns: 50, urlsPerTurn: 20, leaseMs: 1_000_000 };
const folder = mkdtempSync(join(tmpdir(), "colophon-bench-"));
await using server = await startRedis();
await using redis = await connectRedis(server.url);

async function memory(): Promise<number> {
  const info = await redis.client.info("memory");
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}

/** Turns given and ended for each second. */
async function turnsASecond(frontier: Frontier): Promise<number> {
  const began = performance.now();
  let turns = 0;
  for (let nowMs = hosts; nowMs < hosts + claims; nowMs++) {
    const given = await frontier.claim(nowMs, limits);
    turns += given.length;
    frontier.together(() => {
      for (const turn of given) frontier.ack({ turn, outcomes: new Map(), found: [], notBeforeMs: nowMs + 1000 });
    });
  }
  return turns / ((performance.now() - began) / 1000);
}

/** Bytes in Redis for each lease; the first lease waits until Redis can no longer have forgotten one. */
async function leasedBytes(hosts: readonly string[]): Promise<number> {
  const options = { ttlMs: 20_000, gapMs: 1000, restMs: () => 1000 };
  const lease = (host: string): Promise<HostLease | null> =>
    leaseHost(redis.scripts, host, options, new AbortController().signal);
  const leases = [await lease("http://first.example")];
  const before = await memory();
  for (const host of hosts) leases.push(await lease(host));
  const bytes = (await memory()) - before;
  await Promise.all(leases.map(async (one) => one?.[Symbol.asyncDispose]()));
  return bytes / hosts.length;
}

try {
  using local = openFrontier(join(folder, "frontier.sqlite"));
  const names = Array.from({ length: hosts }, (_, at) => `https://www.site-number-${at}.example`);
  local.add(
    names.map((name) => ({ url: `${name}/`, rawUrl: `${name}/`, depth: 0, priority: 0, via: "seed" as const })),
  );
  local.together(() => names.forEach((name, at) => local.setHost(name, { notBeforeMs: at + 1 })));
  const alone = await turnsASecond(local);
  const frontier = redisFrontier(local, redis.scripts, {
    name: "bench",
    signal: AbortSignal.timeout(600_000),
    windowHosts: hosts,
  });
  const before = await memory();
  const began = performance.now();
  await frontier.claim(0, limits);
  const filledMs = performance.now() - began;
  const due = await redis.client.zcard(`${redis.prefix}:due:bench`);
  const windowBytes = (await memory()) - before;
  const turnsRedis = await turnsASecond(frontier);
  const leased = await leasedBytes(names.slice(0, held));
  const report = {
    "hosts due in the window": due,
    "bytes of Redis for each": windowBytes / due,
    "ms to fill it": filledMs,
    "turns for each second, Redis": turnsRedis,
    "turns for each second, SQLite": alone,
    "bytes of Redis for a host held": leased,
  };
  if (values.json) console.log(JSON.stringify(report));
  else
    for (const [name, value] of Object.entries(report))
      console.log(`${name.padEnd(32)} ${value.toFixed(Number.isInteger(value) ? 0 : 1)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
