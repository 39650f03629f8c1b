/**
 * The queue on Redis by itself: jobs a second, what a job weighs in Redis, and what the queue costs jobs of about a second.
 *   node scripts/bench/queue.ts [--jobs N] [--json]
 * Starts a Redis of its own; submitter and consumer share one process, so that its processor time is all there is beside
 * the server's, which is counted too.
 */
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";

import { runJob } from "../../src/jobs/run-job.ts";
import { bullmqQueue } from "../../src/queue/bullmq/queue.ts";
import { jobOf } from "../../src/queue/job.ts";
import { localQueue } from "../../src/queue/local-queue.ts";
import type { Job, Queue } from "../../src/queue/queue.ts";
import { connectRedis } from "../../src/redis/connection.ts";
import { memoryOf } from "../../src/redis/memory.ts";
import { startRedis } from "../../test/fixtures/redis-server.ts";

const { values } = parseArgs({
  options: { jobs: { type: "string", default: "10000" }, json: { type: "boolean", default: false } },
});
const count = Number(values.jobs);
const signal = AbortSignal.timeout(300_000);

/** Payloads of the size that slices have. */
const jobsOf = (round: string, many: number): Job[] =>
  Array.from({ length: many }, (_, n) =>
    jobOf("slice", { archive: `${round}${n}`.padStart(64, "0"), index: n, begin: n * 8e6, end: n * 8e6 + 8e6 }),
  );

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const fromMs = performance.now();
  await work();
  return (performance.now() - fromMs) / 1000;
}

async function drained(queue: Queue, jobs: readonly Job[], concurrency: number): Promise<number> {
  const consumer = queue.consume("slice", async () => ({}), { concurrency });
  const seconds = await secondsOf(() => Promise.all(jobs.map((job) => queue.ended(job, signal))));
  await consumer.close(1000);
  return seconds;
}

await using server = await startRedis();
await using connection = await connectRedis(server.url);
await using queue = bullmqQueue(connection);
const used = async (): Promise<number> => (await memoryOf(connection.client)).usedBytes;
const rate = (seconds: number): number => Math.round(count / seconds);
const figures: Record<string, number | string> = { server: server.version, jobs: count };

// Once beforehand, so that scripts and connections are ready.
await queue.submit(jobsOf("w", 500), signal);
await drained(queue, jobsOf("w", 500), 10);

const plain = jobsOf("p", count);
const before = await used();
figures["handed in, jobs/s"] = rate(await secondsOf(() => queue.submit(plain, signal)));
figures["Redis bytes a waiting job"] = Math.round(((await used()) - before) / count);
figures["done at 50 at a time, jobs/s"] = rate(await drained(queue, plain, 50));

const single = jobsOf("s", count);
await queue.submit(single, signal);
figures["done one at a time, jobs/s"] = rate(await drained(queue, single, 1));

await using local = localQueue();
const here = jobsOf("l", count);
await local.submit(here, signal);
figures["local queue at 50 at a time, jobs/s"] = rate(await drained(local, here, 50));

// A second of work that needs no processor: all CPU time measured is the queue's.
const long = jobsOf("c", 40);
const consumer = queue.consume("slice", () => pause(1000, {}), { concurrency: 4 });
const [ours, theirs] = [process.cpuUsage(), await serverCpuSeconds()];
const wall = await secondsOf(() => Promise.all(long.map((job) => runJob(queue, job, signal))));
const { user, system } = process.cpuUsage(ours);
await consumer.close(1000);
const cost = (user + system) / 1e6 + (await serverCpuSeconds()) - theirs;
figures["CPU a job of 1 s, client and server, ms"] = Number(((cost / long.length) * 1000).toFixed(2));
figures["CPU of the work, %"] = Number(((cost / long.length) * 100).toFixed(2));
figures["wall time over the work, %"] = Number(((wall / (long.length / 4) - 1) * 100).toFixed(2));

process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : "");
if (!values.json) console.table(figures);

async function serverCpuSeconds(): Promise<number> {
  const info = await connection.client.info("cpu");
  return ["user", "sys"].reduce(
    (sum, kind) => sum + Number(new RegExp(`^used_cpu_${kind}:(.*)$`, "mu").exec(info)?.[1]),
    0,
  );
}
