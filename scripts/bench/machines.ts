/**
 * Worker processes beside the local pump: the same archives ingested by one process with as many threads as there are
 * cores, and by a collector with 1, 2 and 4 workers that have the same threads between them.
 *   node scripts/bench/machines.ts [WARC...] [--json] [--runs N] [--store s3://...]
 * Starts a Redis of its own. CPU-seconds are those of collector and workers, their start included: on a machine whose
 * cores are all at work they are what throughput is lost to, and neighbours disturb them less than wall time. Roots are compared: a run with another root counts for nothing.
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
  readonly workers: number;
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly root: string;
}

interface Ended {
  readonly status: number | null;
  readonly cpuSeconds: number;
  readonly words: string;
}

/** Both commands say at their end what processor time they took: one as JSON on standard output, the other in its log. */
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

/** @param workers 0: the local pump */
async function measured(workers: number, run: number): Promise<Measured> {
  await using redis = await startRedis();
  const corpus = join(folder, `corpus-${workers}-${run}`);
  mkdirSync(corpus);
  writeFileSync(join(corpus, "corpus.yaml"), "name: machines\nsliceBytes: 8388608\n");
  const store =
    values.store === undefined ? join(folder, `store-${workers}-${run}`) : `${values.store}/${workers}-${run}`;
  if (values.store === undefined) mkdirSync(store);
  const machines = workers === 0 ? [] : ["--redis", redis.url, "--store", store];
  const share = Math.max(1, Math.round(threads / Math.max(1, workers)));
  const started = Array.from({ length: workers }, () =>
    colophon("worker", ...machines, "--concurrency", String(share)),
  );
  const before = performance.now();
  const where = workers === 0 ? ["--workers", String(threads)] : machines;
  const { status, cpuSeconds, words } = await colophon("ingest", ...archives, "--corpus", corpus, ...where, "--json")
    .end;
  const wallSeconds = (performance.now() - before) / 1000;
  for (const { child } of started) child.kill("SIGTERM");
  const ends = await Promise.all(started.map(async ({ end }) => end));
  if (status !== 0) throw new Error(`ingest with ${workers} workers ended with ${status}: ${words}`);
  const cpu = ends.reduce((sum, one) => sum + one.cpuSeconds, cpuSeconds);
  const { root } = JSON.parse(readFileSync(join(corpus, "manifest", "manifest.json"), "utf8")) as { root: string };
  rmSync(corpus, { recursive: true, force: true });
  rmSync(store, { recursive: true, force: true });
  return { workers, wallSeconds, cpuSeconds: cpu, root };
}

try {
  const all: Measured[] = [];
  for (let run = 0; run < Number(values.runs); run++)
    for (const workers of [0, 1, 2, 4]) all.push(await measured(workers, run));
  const roots = new Set(all.map(({ root }) => root));
  if (roots.size !== 1) throw new Error(`the roots differ: ${[...roots].join(", ")}`);
  const best = (workers: number, of: (one: Measured) => number): number =>
    Math.min(...all.filter((one) => one.workers === workers).map(of));
  const wall = (one: Measured): number => one.wallSeconds;
  const cpu = (one: Measured): number => one.cpuSeconds;
  const rows = [0, 1, 2, 4].map((workers) => ({
    workers,
    wallSeconds: best(workers, wall),
    cpuSeconds: best(workers, cpu),
    rateOfLocal: best(0, wall) / best(workers, wall),
    cpuOfLocal: best(workers, cpu) / best(0, cpu),
  }));
  if (values.json) console.log(JSON.stringify({ bytes, threads, rows }));
  else {
    for (const { workers, wallSeconds, cpuSeconds, rateOfLocal, cpuOfLocal } of rows) {
      const name = workers === 0 ? `local, ${threads} threads` : `${workers} worker processes`;
      console.log(
        `${name.padEnd(20)} ${wallSeconds.toFixed(1).padStart(7)} s, ${rateOfLocal.toFixed(2)} of the local rate ${cpuSeconds.toFixed(1).padStart(7)} CPU-s, ${cpuOfLocal.toFixed(2)} of local`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
