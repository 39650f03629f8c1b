// A worker process of the fault tests, which do to it what they like: node queue-worker.ts URL CONCURRENCY [CLOCK-MS] [CORES].
// A job's payload says what to do; each start and end is a line of standard output.
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { PipelineError } from "../../../src/core/errors.ts";
import { bullmqQueue } from "../../../src/queue/bullmq/queue.ts";
import type { JobHandler } from "../../../src/queue/queue.ts";
import { connectRedis } from "../../../src/redis/connection.ts";
import { faultSettings } from "./fault-settings.ts";

const [url = "", concurrency = "1", clockMs = "0", cores = "0"] = process.argv.slice(2);
const realNow = Date.now;
Date.now = () => realNow() + Number(clockMs);

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const failedAtMs = new Map<unknown, number>();

const handler: JobHandler = async ({ payload }, { attempt, signal }) => {
  const { n, deed, ms, file } = payload;
  const beganMs = performance.now();
  say(`begun ${n}`);
  if (deed === "die while there is" && existsSync(String(file))) process.kill(process.pid, "SIGKILL");
  if (deed === "fail once" && attempt === 1) failedAtMs.set(n, performance.now());
  if (deed === "fail once" && attempt === 1) throw new PipelineError("store-unreachable", "no answer");
  await pause(Number(ms ?? 20), undefined, { signal });
  say(`ended ${n}`);
  return { n, attempt, delayMs: beganMs - (failedAtMs.get(n) ?? beganMs) };
};

const connection = await connectRedis(url);
const queue = bullmqQueue(connection, faultSettings);
const consumer = queue.consume("slice", handler, {
  concurrency: Number(concurrency),
  ...(cores === "0" ? {} : { cores: { count: Number(cores), onShare: (_, jobs) => say(`share ${jobs}`) } }),
});
say("ready");
process.once("SIGTERM", () => {
  void (async () => {
    say(`gave back ${await consumer.close(100)}`);
    await queue[Symbol.asyncDispose]();
    await connection[Symbol.asyncDispose]();
  })();
});
