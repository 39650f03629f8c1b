import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openCorpus, type Corpus } from "../../src/corpus/corpus.ts";
import { finishedArchives } from "../../src/crawl/archive-writer.ts";
import type { SharedCrawl } from "../../src/jobs/turn/submit.ts";
import { crawlCorpus, type CorpusCrawlReport, type CrawlRequest } from "../../src/pipeline/crawl.ts";
import { bullmqQueue } from "../../src/queue/bullmq/queue.ts";
import { connectRedis, type RedisConnection } from "../../src/redis/connection.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";
import { startRedis, type RedisServer } from "../fixtures/redis-server.ts";
import { faultSettings } from "../queue/bullmq/fault-settings.ts";

export const leaseMs = 600;

/** Redis, a store, and worker processes that do turns; all gone when it is disposed of. */
export interface Workshop extends AsyncDisposable {
  readonly folder: string;
  readonly redis: RedisServer;
  readonly connection: RedisConnection;
  readonly store: Store;
  readonly shared: SharedCrawl;
  readonly workers: readonly Worker[];
}

/** A worker process that is started again each time it dies. */
export interface Worker {
  readonly current: () => ChildProcess;
}

const script = new URL("turn-worker-process.ts", import.meta.url).pathname;

/** @param clocksMs a worker each, its wall clock so much ahead */
export async function workshop(clocksMs: readonly number[]): Promise<Workshop> {
  const folder = mkdtempSync(join(tmpdir(), "colophon-turns-"));
  const redis = await startRedis();
  const connection = await connectRedis(redis.url);
  const place = join(folder, "store");
  const store = await openStore(place);
  const queue = bullmqQueue(connection, faultSettings);
  const living = new Set<ChildProcess>();
  let isOver = false;
  const begin = (clockMs: number): ChildProcess => {
    const child = spawn(process.execPath, [script, redis.url, place, "2", String(leaseMs), String(clockMs)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    living.add(child);
    return child;
  };
  const worker = async (clockMs: number): Promise<Worker> => {
    let child = begin(clockMs);
    const again = (): void => {
      living.delete(child);
      if (isOver) return;
      child = begin(clockMs);
      child.once("exit", again);
    };
    child.once("exit", again);
    await once(child.stdout ?? child, "data");
    return { current: () => child };
  };
  process.once("exit", () => living.forEach((child) => child.kill("SIGKILL")));
  return {
    folder,
    redis,
    connection,
    store,
    shared: { queue, store, scripts: connection.scripts },
    workers: await Promise.all(clocksMs.map(worker)),
    async [Symbol.asyncDispose]() {
      isOver = true;
      const dead = [...living].map(async (child) => once(child, "exit"));
      for (const child of living) child.kill("SIGKILL");
      await Promise.all(dead);
      await queue[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export interface Crawled {
  readonly corpus: Corpus;
  readonly report: CorpusCrawlReport;
}

/** Crawls a web on this machine into a corpus of that name. */
export async function crawled(
  folder: string,
  name: string,
  request: Partial<CrawlRequest> & Pick<CrawlRequest, "seeds" | "connectTo">,
  shared: SharedCrawl | null,
  signal: AbortSignal = AbortSignal.timeout(120_000),
  onProgress: (done: number) => void = () => undefined,
): Promise<Crawled> {
  const corpus = await openCorpus(join(folder, name), true);
  const whole: CrawlRequest = {
    scope: "host",
    allow: [],
    deny: [],
    maxDepth: null,
    budgets: {},
    hostBudgets: {},
    contact: null,
    delayMs: 0,
    concurrency: 40,
    rollBytes: 1_000_000_000,
    allowPrivate: true,
    followSitemaps: true,
    siteFiles: true,
    recrawlBeforeMs: null,
    ...request,
  };
  const hooks = { onArchive: () => undefined, onProgress: ({ done }: { done: number }) => onProgress(done) };
  const report = await crawlCorpus({ corpus, software: "colophon test", signal }, whole, hooks, shared);
  return { corpus, report };
}

export interface Capture {
  readonly url: string;
  readonly payloadDigest: string;
}

/** Responses in the archives of a corpus, in order of their addresses; a damaged place is an error. */
export async function capturesOf(corpus: Corpus): Promise<(Capture & { readonly dated: string })[]> {
  const captures: (Capture & { dated: string })[] = [];
  for (const path of await finishedArchives(corpus.archives)) {
    using source = fileSource(path);
    for await (const item of readArchive(source)) {
      if (item.kind === "loss") throw new Error(`${path}: ${item.reason} at ${item.offset}`);
      if (item.type !== "response" || item.url === null) continue;
      const field = (name: string): string => item.fields.find(([key]) => key === name)?.[1] ?? "";
      captures.push({ url: item.url, payloadDigest: field("WARC-Payload-Digest"), dated: field("WARC-Date") });
    }
  }
  return captures.toSorted((a, b) => (a.url < b.url ? -1 : 1));
}
