/**
 * Worker processes beside the local pump: the same archives ingested by one process with as many threads as there are
 * cores, and by a collector with 1, 2 and 4 workers that have the same threads between them.
 *   node scripts/bench/machines.ts [WARC...] [--warm WARC] [--json] [--runs N] [--store s3://...]
 * Starts a Redis of its own. Each run of workers is compared with the local run before it, since a machine's speed changes
 * by the minute. Prints the median of those ratios, and the ratio of the best runs. In production workers run for weeks:
 * with `--warm` they measure that archive before the clock starts. Without it they have just started, and the time includes
 * starting, and compiling code in each process.
 * CPU-seconds are those of collector and workers while the clock ran. A run with another root than the others counts for nothing.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { startRedis } from "../../test/fixtures/redis-server.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
    store: { type: "string" },
    warm: { type: "string" },
  },
});
const archives = (positionals.length > 0 ? positionals : ["../shared/data/extraction/wcxb-dev.warc.gz"]).map((path) =>
  resolve(path),
);
const bytes = archives.reduce((sum, path) => sum + statSync(path).size, 0);
const threads = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), "colophon-bench-"));
const bin = resolve("bin/colophon.js");

interface Measured {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly root: string;
}

interface Compared extends Measured {
  readonly workers: number;
  readonly local: Measured;
}

interface Ended {
  readonly status: number | null;
  readonly cpuSeconds: number;
  readonly words: string;
}

/** @returns the process, and its end with the processor time that it states there */
function colophon(...args: readonly string[]): { readonly child: ChildProcess; readonly end: Promise<Ended> } {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      words = (words + text).slice(-20_000);
    });
  }
  const end = new Promise<Ended>((done) => {
    child.on("close", (status) => {
      const stated = [...words.matchAll(/"cpuSeconds":([\d.]+)/g)].at(-1)?.[1];
      done({ status, cpuSeconds: Number(stated), words });
    });
  });
  return { child, end };
}

/** Processor time that a running process has taken, all its threads together (`proc_pid_stat(5)`). */
function takenBy({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The main job over the archives; its corpus is gone when this returns. */
async function ingested(name: string, paths: readonly string[], where: readonly string[]): Promise<Measured> {
  const corpus = join(folder, name);
  mkdirSync(corpus);
  writeFileSync(join(corpus, "corpus.yaml"), "name: machines\nsliceBytes: 8388608\n");
  const before = performance.now();
  const { status, cpuSeconds, words } = await colophon("ingest", ...paths, "--corpus", corpus, ...where, "--json").end;
  const wallSeconds = (performance.now() - before) / 1000;
  if (status !== 0) throw new Error(`ingest ${where.join(" ")} ended with ${status}: ${words}`);
  const { root } = JSON.parse(readFileSync(join(corpus, "manifest", "manifest.json"), "utf8")) as { root: string };
  rmSync(corpus, { recursive: true, force: true });
  return { wallSeconds, cpuSeconds, root };
}

async function byWorkers(workers: number, run: number): Promise<Measured> {
  await using redis = await startRedis();
  const store =
    values.store === undefined ? join(folder, `store-${workers}-${run}`) : `${values.store}/${workers}-${run}`;
  if (values.store === undefined) mkdirSync(store);
  const machines = ["--redis", redis.url, "--store", store];
  const share = Math.max(1, Math.round(threads / workers));
  const started = Array.from({ length: workers }, () =>
    colophon("worker", ...machines, "--concurrency", String(share)),
  );
  const taken = (): number => started.reduce((sum, { child }) => sum + takenBy(child), 0);
  if (values.warm !== undefined) await ingested("warm", [resolve(values.warm)], machines);
  const before = values.warm === undefined ? 0 : taken();
  const measured = await ingested("measured", archives, machines);
  const cpuSeconds = measured.cpuSeconds + taken() - before;
  for (const { child } of started) child.kill("SIGTERM");
  await Promise.all(started.map(async ({ end }) => end));
  rmSync(store, { recursive: true, force: true });
  return { ...measured, cpuSeconds };
}

try {
  const all: Compared[] = [];
  for (let run = 0; run < Number(values.runs); run++) {
    for (const workers of [1, 2, 4]) {
      const local = await ingested("local", archives, ["--workers", String(threads)]);
      const one = { workers, local, ...(await byWorkers(workers, run)) };
      if (!values.json) console.log(inWords(one));
      all.push(one);
    }
  }
  const roots = new Set(all.flatMap(({ root, local }) => [root, local.root]));
  if (roots.size !== 1) throw new Error(`the roots differ: ${[...roots].join(", ")}`);
  const rows = [1, 2, 4].map((workers) => {
    const runs = all.filter((one) => one.workers === workers);
    return {
      workers,
      bestOfBest: least(all.map(({ local }) => local.wallSeconds)) / least(runs.map(({ wallSeconds }) => wallSeconds)),
      rateOfLocal: median(runs.map(({ local, wallSeconds }) => local.wallSeconds / wallSeconds)),
      cpuOfLocal: median(runs.map(({ local, cpuSeconds }) => cpuSeconds / local.cpuSeconds)),
    };
  });
  if (values.json) console.log(JSON.stringify({ bytes, threads, warm: values.warm !== undefined, rows, all }));
  else {
    for (const { workers, bestOfBest, rateOfLocal, cpuOfLocal } of rows)
      console.log(
        `${workers} worker processes: best run at ${bestOfBest.toFixed(2)} of the rate of the best with ${threads} local threads; median of ${values.runs} pairs ${rateOfLocal.toFixed(2)}, CPU ${cpuOfLocal.toFixed(2)}`,
      );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function inWords({ workers, local, wallSeconds, cpuSeconds }: Compared): string {
  const rate = local.wallSeconds / wallSeconds;
  return `local ${local.wallSeconds.toFixed(1)} s, ${local.cpuSeconds.toFixed(1)} CPU-s; ${workers} worker processes ${wallSeconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} CPU-s: ${rate.toFixed(2)} of the rate`;
}

function least(numbers: readonly number[]): number {
  return Math.min(...numbers);
}

/** The lower one of two. */
function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor((numbers.length - 1) / 2)] ?? Number.NaN;
}
