import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";

import { bullmqQueue } from "../../../src/queue/bullmq/queue.ts";
import { jobOf } from "../../../src/queue/job.ts";
import type { Job, JobOutcome, JobPayload, Queue } from "../../../src/queue/queue.ts";
import { connectRedis, type RedisConnection } from "../../../src/redis/connection.ts";
import { startRedis, type RedisServer, type RedisServerOptions } from "../../fixtures/redis-server.ts";
import { faultSettings } from "./fault-settings.ts";

/** A worker process of `queue-worker.ts`. */
export interface WorkerProcess {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Numbers of the jobs it has begun and not ended. */
  readonly inHand: Set<number>;
  readonly dead: Promise<unknown>;
}

/** A server, a submitting queue, and worker processes; all end when it is disposed of. */
export interface Stage extends AsyncDisposable {
  readonly server: RedisServer;
  readonly connection: RedisConnection;
  readonly queue: Queue;
  readonly worker: (concurrency: number, clockMs?: number, cores?: number) => WorkerProcess;
  /** Starts a worker again each time it dies, until the end. */
  readonly immortal: (concurrency: number) => { readonly current: () => WorkerProcess; readonly deaths: () => number };
}

const script = new URL("queue-worker.ts", import.meta.url).pathname;

export const within = (ms = 30_000): AbortSignal => AbortSignal.timeout(ms);

export async function until(fits: () => boolean | Promise<boolean>): Promise<void> {
  const signal = within();
  while (!(await fits())) {
    signal.throwIfAborted();
    await pause(10);
  }
}

export const sleepers = (count: number, ms: number): Job[] =>
  Array.from({ length: count }, (_, n) => jobOf("slice", { n, ms, deed: "sleep" }));

export const deedOf = (payload: JobPayload): Job => jobOf("slice", payload);

export function assertDone(ends: readonly (JobOutcome | "lost")[]): void {
  for (const end of ends) assert.ok(end !== "lost" && end.state === "done", JSON.stringify(end));
}

export async function stage(options: RedisServerOptions = {}): Promise<Stage> {
  const server = await startRedis(options);
  const connection = await connectRedis(server.url);
  const queue = bullmqQueue(connection, faultSettings);
  const workers = new Set<WorkerProcess>();
  let over = false;
  const worker = (concurrency: number, clockMs = 0, cores = 0): WorkerProcess => {
    const args = [server.url, ...[concurrency, clockMs, cores].map(String)];
    const child = spawn(process.execPath, [script, ...args], { stdio: ["ignore", "pipe", "inherit"] });
    const [lines, inHand]: [string[], Set<number>] = [[], new Set()];
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      const [what, n] = line.split(" ");
      if (what === "begun") inHand.add(Number(n));
      if (what === "ended") inHand.delete(Number(n));
    });
    const one = { child, lines, inHand, dead: once(child, "close") };
    workers.add(one);
    return one;
  };
  // In case the tests end without disposing of it.
  const atExit = (): void => {
    for (const { child } of workers) child.kill("SIGKILL");
  };
  process.once("exit", atExit);
  return {
    server,
    connection,
    queue,
    worker,
    immortal(concurrency) {
      let current = worker(concurrency);
      let deaths = 0;
      const again = (): void => {
        deaths += 1;
        if (over) return;
        current = worker(concurrency);
        void current.dead.then(again);
      };
      void current.dead.then(again);
      return { current: () => current, deaths: () => deaths };
    },
    async [Symbol.asyncDispose]() {
      over = true;
      atExit();
      process.off("exit", atExit);
      await Promise.all([...workers].map(({ dead }) => dead));
      await queue[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
