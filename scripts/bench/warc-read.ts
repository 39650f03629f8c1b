// Reads every record of a gzipped WARC whole, in three ways that take turns in one process, and compares CPU time:
//   colophon  our reader: members unpacked, CRC-32 checked, fields checked, HTTP heads parsed, payload whole
//   warcio    npm's reader: WARCParser, readFully, digests not computed
//   inflate   Node's inflateRawSync alone over members whose places are known: the limit for any reader on node:zlib
// usage: node scripts/bench/warc-read.ts [FILE] [--runs N] [--json]   exits 1 when a bar is missed
import { createReadStream, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { inflateRawSync } from "node:zlib";

import { WARCParser } from "warcio";

import { httpHeadOf } from "../../src/warc/http.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { fileSource } from "../../src/warc/source.ts";

interface Read {
  readonly records: number;
  /** Bytes of payloads; of everything unpacked for `inflate`. */
  readonly bytes: number;
}

const bars = { perWarcio: 4, perInflate: 0.85 };
const defaultFile = fileURLToPath(new URL("../../../shared/data/extraction/wcxb-dev.warc.gz", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, runs: { type: "string", default: "5" } },
});
const file = positionals[0] ?? defaultFile;

async function colophon(): Promise<Read> {
  using source = fileSource(file);
  let [records, bytes] = [0, 0];
  for await (const item of readArchive(source)) {
    if (item.kind === "loss") throw new Error(`${file} is damaged at ${item.offset}: ${item.reason}`);
    records += 1;
    const head = item.type === "response" ? httpHeadOf(item.block) : null;
    bytes += head?.ok === true ? item.block.length - head.bodyOffset : item.block.length;
  }
  return { records, bytes };
}

async function warcio(): Promise<Read> {
  let [records, bytes] = [0, 0];
  for await (const record of new WARCParser(createReadStream(file, { highWaterMark: 1 << 18 }))) {
    const payload = await record.readFully(false);
    bytes += payload.length;
    records += 1;
  }
  return { records, bytes };
}

/** Where each member's deflate stream begins and ends; found once, outside the measured time. */
async function streamsOf(): Promise<readonly (readonly [from: number, to: number])[]> {
  const packed = readFileSync(file);
  const streams: (readonly [number, number])[] = [];
  using source = fileSource(file);
  for await (const { offset, length } of readArchive(source)) {
    if (packed[offset + 3] !== 0) throw new Error("a gzip member with a longer header: not handled here");
    streams.push([offset + 10, offset + length - 8]);
  }
  return streams;
}

const streams = await streamsOf();
function inflate(): Read {
  const packed = readFileSync(file);
  let bytes = 0;
  for (const [from, to] of streams) bytes += inflateRawSync(packed.subarray(from, to), { chunkSize: 512 << 10 }).length;
  return { records: streams.length, bytes };
}

const ways: Readonly<Record<string, () => Read | Promise<Read>>> = { colophon, warcio, inflate };
const seconds = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]));
const reads = new Map<string, Read>();
for (let run = 0; run < Number(values.runs); run += 1) {
  for (const [way, read] of Object.entries(ways)) {
    globalThis.gc?.();
    const before = process.cpuUsage();
    reads.set(way, await read());
    const { user, system } = process.cpuUsage(before);
    seconds.get(way)?.push((user + system) / 1e6);
  }
}

const megabytes = statSync(file).size / 1e6;
const rows = Object.keys(ways).map((way) => {
  const times = (seconds.get(way) ?? []).toSorted((a, b) => a - b);
  const cpu = times[times.length >> 1] ?? Number.NaN;
  const { records, bytes } = reads.get(way) ?? { records: 0, bytes: 0 };
  return {
    way,
    records,
    bytes,
    cpuSeconds: cpu,
    recordsPerCpuSecond: records / cpu,
    packedMbPerCpuSecond: megabytes / cpu,
  };
});
const rateOf = (way: string): number => rows.find((row) => row.way === way)?.recordsPerCpuSecond ?? Number.NaN;
const perWarcio = rateOf("colophon") / rateOf("warcio");
const perInflate = rateOf("colophon") / rateOf("inflate");
const passed = perWarcio >= bars.perWarcio && perInflate >= bars.perInflate;
if (values.json) {
  console.log(
    JSON.stringify({
      file,
      runs: Number(values.runs),
      node: process.version,
      rows,
      perWarcio,
      perInflate,
      bars,
      passed,
    }),
  );
} else {
  console.log(`${file}, median of ${values.runs} runs each, taking turns, node ${process.version}`);
  console.table(
    rows.map((row) => ({
      way: row.way,
      records: row.records,
      "MB out": Math.round(row.bytes / 1e6),
      "CPU s": Number(row.cpuSeconds.toFixed(3)),
      "records/CPU s": Math.round(row.recordsPerCpuSecond),
      "MB packed/CPU s": Number(row.packedMbPerCpuSecond.toFixed(1)),
    })),
  );
  console.log(`colophon / warcio  ${perWarcio.toFixed(2)} (bar ${bars.perWarcio})`);
  console.log(`colophon / inflate ${perInflate.toFixed(2)} (bar ${bars.perInflate})`);
}
process.exitCode = passed ? 0 : 1;
