/**
 * Pages a CPU-second of the page stage: unpack, decode, parse, main text, text, language. Beside it, in the same run, the
 * floor: unpack and htmlparser2's parser with empty handlers. `node scripts/bench/page.ts [WARC] [--runs N] [--json]`
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { inflateRawSync } from "node:zlib";

import { Parser } from "htmlparser2";

import { languageModelOf } from "../../src/language/language-model.ts";
import { charsetOf, decode } from "../../src/page/charset/charset.ts";
import { textOf } from "../../src/page/document-text.ts";
import { pageOf } from "../../src/page/parse-page.ts";
import { archivedPages, extractionSet, type PlacedPage } from "./archived-pages.ts";

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, runs: { type: "string", default: "3" } },
});
const file = positionals[0] ?? extractionSet;
const packed = readFileSync(file);
const modelPath = createRequire(import.meta.url)
  .resolve("fasttext.wasm.js/package.json")
  .replace("package.json", "dist/models/language-identification/assets/lid.176.ftz");
const languageOf = languageModelOf(readFileSync(modelPath));

type Place = Omit<PlacedPage, "bytes">;
const places: Place[] = [];
let bytes = 0;
for await (const { bytes: payload, ...place } of archivedPages(file)) {
  places.push(place);
  bytes += payload.length;
}
const gzipHeadBytes = 10;
const payloadOf = ({ offset, length, payloadOffset }: Place): Buffer =>
  inflateRawSync(packed.subarray(offset + gzipHeadBytes, offset + length)).subarray(payloadOffset);

let sink = 0;
const steps = {
  unpack: (place: Place) => payloadOf(place).length,
  "unpack + empty parse": (place: Place) => {
    const parser = new Parser({});
    parser.end(payloadOf(place).toString());
    return 1;
  },
  "unpack + decode": (place: Place) => {
    const payload = payloadOf(place);
    return decode(payload, charsetOf(payload, place.contentType, "html")).length;
  },
  "unpack + page": (place: Place) => pageOf({ ...place, bytes: payloadOf(place) }).blocks.length,
  "unpack + page + text": (place: Place) => textOf(pageOf({ ...place, bytes: payloadOf(place) })).length,
  whole: (place: Place) => languageOf(textOf(pageOf({ ...place, bytes: payloadOf(place) }))).code.length,
} satisfies Record<string, (place: Place) => number>;

function cpuSeconds(step: (place: Place) => number): number {
  const start = process.threadCpuUsage();
  for (const place of places) sink += step(place);
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1e6;
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const seconds = new Map<string, number[]>(Object.keys(steps).map((name) => [name, []]));
for (let run = 0; run <= Number(options.runs); run++) {
  for (const [name, step] of Object.entries(steps)) {
    const taken = cpuSeconds(step);
    if (run > 0) seconds.get(name)?.push(taken); // the first run only warms up
  }
}
const floor = median(seconds.get("unpack + empty parse") ?? []);
const rows = [...seconds].map(([step, taken]) => ({
  step,
  pagesPerCpuSecond: Math.round(places.length / median(taken)),
  megabytesPerCpuSecond: Math.round(bytes / 1e6 / median(taken)),
  ofFloor: Number((floor / median(taken)).toFixed(2)),
}));
if (options.json)
  console.log(JSON.stringify({ pages: places.length, meanBytes: Math.round(bytes / places.length), rows }));
else {
  console.log(
    `${places.length} pages of ${Math.round(bytes / places.length)} bytes, median of ${options.runs} runs${sink > 0 ? "" : " (nothing done)"}`,
  );
  console.table(rows);
}
