// A worker process of the tests of a crawl on many machines: node turn-worker-process.ts REDIS STORE CONCURRENCY LEASE-MS CLOCK-MS
import { writeSync } from "node:fs";

const [redis = "", place = "", concurrency = "4", leaseMs = "1000", clockMs = "0"] = process.argv.slice(2);

// Before anything could have looked at a clock.
const { now } = Date;
Date.now = () => now() + Number(clockMs);
const origin = performance.timeOrigin + Number(clockMs);
Object.defineProperty(performance, "timeOrigin", { get: () => origin });

const { bullmqQueue } = await import("../../src/queue/bullmq/queue.ts");
const { connectRedis } = await import("../../src/redis/connection.ts");
const { openStore } = await import("../../src/store/open-store.ts");
const { turnHandler } = await import("../../src/jobs/turn/handler.ts");
const { faultSettings } = await import("../queue/bullmq/fault-settings.ts");

const connection = await connectRedis(redis);
const queue = bullmqQueue(connection, faultSettings);
const store = await openStore(place);
const turns = turnHandler({ store, scripts: connection.scripts, software: "colophon test", leaseMs: Number(leaseMs) });
const consumer = queue.consume("turn", turns, { concurrency: Number(concurrency) });
writeSync(1, "ready\n");
process.once("SIGTERM", () => {
  void (async () => {
    await consumer.close(5000);
    await turns[Symbol.asyncDispose]();
    await queue[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
  })();
});
