/**
 * The whole path from WARC to segment, to manifest, and on two cores, beside what limits it.
 *   node scripts/bench/whole-path.ts [WARC] [--json] [--runs N]
 * Base line in the same run: gunzip, decode and htmlparser2's parser with empty handlers over the same pages. CPU-seconds
 * are user and system of this process; the rates are medians. Memory is the peak of a whole `colophon ingest` in a
 * process of its own, on the file and on ten copies of it in one.
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { Parser } from "htmlparser2";

import { measureSlice } from "../../src/measure/measure-slice.ts";
import { loadStages } from "../../src/measure/process-capture.ts";
import { threadPool } from "../../src/measure/thread-pool.ts";
import { decodedBody, httpHeadOf } from "../../src/warc/http.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
    memory: { type: "boolean", default: false },
  },
});
const file = resolve(positionals[0] ?? "../shared/data/extraction/wcxb-dev.warc.gz");
const runs = Number(values.runs);
const folder = mkdtempSync(join(tmpdir(), "colophon-bench-"));
const { size } = statSync(file);
const stages = loadStages();

const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

async function cpuSeconds(work: () => Promise<number>): Promise<{ readonly seconds: number; readonly pages: number }> {
  const before = process.cpuUsage();
  const pages = await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, pages };
}

async function emptyHandlers(): Promise<number> {
  using source = fileSource(file);
  const decoder = new TextDecoder();
  let pages = 0;
  for await (const item of readArchive(source)) {
    if (item.kind !== "record" || item.type !== "response") continue;
    const head = httpHeadOf(item.block);
    if (!head.ok) continue;
    const { bytes } = decodedBody(head.headers, item.block.subarray(head.bodyOffset));
    new Parser({}).end(decoder.decode(bytes));
    pages++;
  }
  return pages;
}

const job = (start: number, end: number, index: number): Parameters<typeof measureSlice>[0] => ({
  slice: { archive: "0".repeat(64), index, nominalStart: start, nominalEnd: end, exactStart: null },
  path: file,
  segments: join(folder, "segments"),
  poison: [],
});

async function wholePath(): Promise<number> {
  const { outcomes } = await measureSlice(job(0, size, 0), {
    stages,
    software: "bench",
    watch: () => undefined,
    holes: null,
  });
  return Object.values(outcomes).reduce((sum, count) => sum + count, 0);
}

/** Wall seconds of the pool over slices of 4 MB, after a warm-up that starts its threads. */
async function poolSeconds(threads: number): Promise<number> {
  await using pool = threadPool(threads, "bench");
  const sliceBytes = 4 << 20;
  const slices = Array.from({ length: Math.ceil(size / sliceBytes) }, (_, index) =>
    job(index * sliceBytes, Math.min(size, (index + 1) * sliceBytes), index),
  );
  await Promise.all(slices.slice(0, threads).map(async (slice) => pool.measure(slice)));
  const started = performance.now();
  await Promise.all(slices.map(async (slice) => pool.measure(slice)));
  return (performance.now() - started) / 1000;
}

/** Peak resident megabytes and CPU-seconds of a whole ingest in a process of its own. */
function ingestPeak(path: string, name: string): { readonly peakMb: number; readonly cpuSeconds: number } {
  // VmHWM and not maxRSS: the latter still holds what the parent had before the exec.
  const script = `const { main } = await import(${JSON.stringify(resolve("src/cli/main.ts"))});
    const status = await main(["ingest", ${JSON.stringify(path)}, "--corpus", ${JSON.stringify(join(folder, name))}, "--json"]);
    const { readFileSync } = await import("node:fs");
    const peakKb = Number(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    process.stderr.write("\\n" + JSON.stringify({ status, peakMb: peakKb / 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }) + "\\n");`;
  const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  const last = run.stderr.trim().split("\n").at(-1) ?? "{}";
  const result = JSON.parse(last) as { status: number; peakMb: number; cpuSeconds: number };
  if (result.status !== 0) throw new Error(`ingest of ${path} ended with status ${result.status}: ${run.stderr}`);
  return result;
}

try {
  const [limits, wholes, ones, twos]: number[][] = [[], [], [], []];
  await wholePath();
  for (let run = 0; run < runs; run++) {
    const limit = await cpuSeconds(emptyHandlers);
    const whole = await cpuSeconds(wholePath);
    limits?.push(limit.pages / limit.seconds);
    wholes?.push(whole.pages / whole.seconds);
  }
  for (let run = 0; run < runs; run++) {
    ones?.push(await poolSeconds(1));
    twos?.push(await poolSeconds(2));
  }
  const limit = median(limits ?? []);
  const whole = median(wholes ?? []);
  const report: Record<string, number> = {
    "gunzip + empty handlers, pages/CPU-s": limit,
    "whole path to a segment, pages/CPU-s": whole,
    "fraction of the limit": whole / limit,
    "two threads over one, times (wall)": median(ones ?? []) / median(twos ?? []),
    cores: availableParallelism(),
  };
  if (values.memory) {
    const ten = join(folder, "ten.warc.gz");
    copyFileSync(file, ten);
    const bytes = readFileSync(file);
    for (let copy = 1; copy < 10; copy++) appendFileSync(ten, bytes);
    const once = ingestPeak(file, "once");
    const tenfold = ingestPeak(ten, "ten");
    report["peak memory of ingest, MB"] = once.peakMb;
    report["peak memory on ten copies in one, MB"] = tenfold.peakMb;
    report["CPU-seconds of ingest to manifest"] = once.cpuSeconds;
    report["CPU-seconds on ten copies"] = tenfold.cpuSeconds;
  }
  if (values.json) console.log(JSON.stringify(report));
  else
    for (const [name, value] of Object.entries(report))
      console.log(`${name.padEnd(44)} ${value.toFixed(value < 10 ? 3 : 1)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
