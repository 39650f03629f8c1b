/**
 * Signatures beside npm `minhash` (speed and error, one run), and clusters beside the known answer.
 *   node scripts/bench/dedup.ts [FOLDER of sets, each with docs.jsonl.gz and pairs.jsonl.gz] [--documents N]
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";

import type { Cluster } from "../../src/dedup/clusters.ts";
import { jaccardOf, shingleSetOf } from "../../src/dedup/shingle-set.ts";
import { equalSlots, signatureOf, signatureSlots } from "../../src/dedup/signature.ts";
import { clustersOfTexts } from "../../test/dedup/clusters-of-texts.ts";
import { leastCpuSeconds, leastCpuSecondsAsync } from "./cpu.ts";

interface NpmMinhash {
  readonly update: (shingle: string) => void;
  readonly jaccard: (other: NpmMinhash) => number;
}
const { Minhash } = createRequire(import.meta.url)("minhash") as {
  readonly Minhash: new (options: { readonly numPerm: number }) => NpmMinhash;
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { documents: { type: "string", default: "200000" } },
});
const folder = positionals[0] ?? fileURLToPath(new URL("../../../shared/data/dedup", import.meta.url));
const sets = ["licenses", "peps-history"].filter((name) => existsSync(join(folder, name)));

const rowsOf = <T>(set: string, file: string): T[] =>
  gunzipSync(readFileSync(join(folder, set, file)))
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as T);

function npmMinhashOf(text: string): NpmMinhash {
  const minhash = new Minhash({ numPerm: signatureSlots });
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  for (let start = 0; start + 5 <= words.length; start++) minhash.update(words.slice(start, start + 5).join(" "));
  return minhash;
}

function benchSpeed(texts: readonly string[]): void {
  const ascii = texts.filter((text) => /^\p{ASCII}*$/u.test(text));
  const other = ascii.map((text) => `${text} “é”`);
  const rows = [
    { what: "signatureOf, ASCII", texts: ascii, run: signatureOf },
    { what: "signatureOf, with characters beyond Latin-1", texts: other, run: signatureOf },
    {
      what: "signatureOf, first 60 words",
      texts: ascii.map((text) => text.split(" ", 60).join(" ")),
      run: signatureOf,
    },
    { what: "shingleSetOf", texts: ascii, run: shingleSetOf },
    { what: "npm minhash 0.0.9, ASCII", texts: ascii.slice(0, 30), run: npmMinhashOf },
  ].map(({ what, texts, run }) => {
    const seconds = leastCpuSeconds(5, () => texts.forEach((text) => run(text)));
    return { what, "documents/CPU-s": Math.round(texts.length / seconds) };
  });
  console.log(`\nSpeed, one thread, pieces of 800 words, ${signatureSlots} slots`);
  console.table(rows);
}

/** Root mean square of the error against exact Jaccard, in units of sqrt(J(1-J)/k): 1 is k independent hash functions. */
function benchError(texts: readonly string[]): void {
  const estimates = {
    "Fast Similarity Sketching": (a: string, b: string): number =>
      equalSlots(Uint32Array.from([...signatureOf(a), ...signatureOf(b)]), 0, 1) / signatureSlots,
    "npm minhash 0.0.9": (a: string, b: string): number => npmMinhashOf(a).jaccard(npmMinhashOf(b)),
  };
  const rows = [];
  for (const words of [20, 60, 700]) {
    for (const share of [0.05, 0.2, 0.5]) {
      for (const [what, estimate] of Object.entries(estimates)) {
        const pairs = what.startsWith("npm") ? Math.min(texts.length, words === 700 ? 60 : 400) : texts.length;
        let [bias, squares] = [0, 0];
        for (let index = 0; index < pairs; index++) {
          const own = (texts[index] ?? "").split(" ").slice(0, words);
          const strange = (texts[(index + 1) % texts.length] ?? "").split(" ").slice(0, Math.round(words * share));
          const [a, b] = [own.join(" "), own.toSpliced(words / 4, strange.length, ...strange).join(" ")];
          const exact = jaccardOf(shingleSetOf(a), shingleSetOf(b), 0);
          if (exact === 0 || exact === 1) continue;
          const error = estimate(a, b) - exact;
          bias += error / pairs;
          squares += (error * error * signatureSlots) / (exact * (1 - exact)) / pairs;
        }
        rows.push({
          what,
          words,
          changed: share,
          pairs,
          bias: bias.toFixed(4),
          "RMSE ratio": Math.sqrt(squares).toFixed(2),
        });
      }
    }
  }
  console.log("\nError against exact Jaccard");
  console.table(rows);
}

async function benchClusters(set: string): Promise<Record<string, string | number>> {
  const documents = rowsOf<{ id: string; text: string }>(set, "docs.jsonl.gz");
  const indexOf = new Map(documents.map(({ id }, index) => [id, index]));
  const similar = rowsOf<{ a: string; b: string; jaccard: number }>(set, "pairs.jsonl.gz")
    .filter(({ jaccard }) => jaccard >= 0.8)
    .map(({ a, b }) => [indexOf.get(a) ?? 0, indexOf.get(b) ?? 0] as const);
  const exactKeys = documents.map(({ text }) => createHash("sha256").update(text).digest("hex"));
  const signatures = new Uint32Array(documents.length * signatureSlots);
  const signing = leastCpuSeconds(2, () => {
    for (const [index, { text }] of documents.entries()) signatures.set(signatureOf(text), index * signatureSlots);
  });
  let reads = 0;
  let clusters: readonly Cluster[] = [];
  const clustering = await leastCpuSecondsAsync(2, async () => {
    reads = 0;
    clusters = await clustersOfTexts({
      exactKeys,
      signatures,
      textOf: (index) => {
        reads++;
        return documents[index]?.text ?? "";
      },
      compare: (a, b) => a - b,
    });
  });
  const clusterOf = new Map(
    clusters.flatMap(({ representative, members }) => members.map(({ index }) => [index, representative])),
  );
  const truth = documents.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (truth[root] !== root) root = truth[root] ?? root;
    return root;
  };
  for (const [a, b] of similar) truth[Math.max(rootOf(a), rootOf(b))] = Math.min(rootOf(a), rootOf(b));
  const wrong = clusters
    .flatMap(({ members }) => members)
    .filter(({ index }) => rootOf(index) !== rootOf(clusterOf.get(index) ?? 0));
  const found = similar.filter(([a, b]) => clusterOf.has(a) && clusterOf.get(a) === clusterOf.get(b)).length;
  return {
    set,
    documents: documents.length,
    "documents/CPU-s, text to clusters": Math.round(documents.length / (signing + clustering)),
    "texts read again": reads,
    "recall of pairs >= 0.8": (found / similar.length).toFixed(5),
    removed: clusters.reduce((sum, { members }) => sum + members.length - 1, 0),
    "removed in truth": documents.filter((_, index) => rootOf(index) !== index).length,
    "in a wrong cluster": wrong.length,
  };
}

/** Unlike documents by the million: what banding costs, and what it keeps in memory beside its input. */
async function benchScale(count: number): Promise<void> {
  const signatures = new Uint32Array(count * signatureSlots);
  let state = 1;
  for (let slot = 0; slot < signatures.length; slot++)
    signatures[slot] = state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  const exactKeys = Array.from({ length: count }, (_, index) => index.toString(16).padStart(64, "0"));
  const before = process.memoryUsage.rss();
  const seconds = await leastCpuSecondsAsync(1, async () => {
    await clustersOfTexts({ exactKeys, signatures, textOf: () => "", compare: (a, b) => a - b });
  });
  const bytes = (process.resourceUsage().maxRSS * 1024 - before) / count;
  console.log(
    `\n${count} unlike documents: ${((seconds / count) * 1e6).toFixed(1)} CPU-us and at most ${Math.round(bytes)} bytes each, signatures and keys aside`,
  );
}

await benchScale(Number(options.documents)); // first, for the peak of memory is the process's
if (sets.includes("peps-history")) {
  const pieces = rowsOf<{ text: string }>("peps-history", "docs.jsonl.gz").flatMap(({ text }) => {
    const words = text.split(/\s+/);
    return Array.from({ length: Math.floor(words.length / 800) }, (_, piece) =>
      words.slice(piece * 800, (piece + 1) * 800).join(" "),
    );
  });
  // Neighbours in the set are versions of one text: take pieces that lie far apart.
  benchSpeed(pieces.slice(0, 3000));
  benchError(pieces.filter((_, index) => index % 11 === 0));
}
if (sets.length > 0) {
  const rows = [];
  for (const set of sets) rows.push(await benchClusters(set));
  console.table(rows);
} else console.log(`no sets in ${folder}`);
