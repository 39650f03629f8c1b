import { byteReader, type ByteReader } from "./byte-reader.ts";

/** A matrix of `rows × columns`, row by row. */
export interface Matrix {
  readonly columns: number;
  readonly values: Float32Array;
}

/** What a supervised fastText model file holds, as far as prediction needs it; quantised values are decoded. */
export interface ModelFile {
  readonly words: readonly Uint8Array[];
  readonly labels: readonly string[];
  /** How often each label was seen in training: the shape of the tree of labels follows from it. */
  readonly labelCounts: readonly number[];
  /** Rows of the hashed character n-grams that the model kept, by hash bucket; they follow the words' rows. */
  readonly keptBuckets: ReadonlyMap<number, number>;
  readonly buckets: number;
  readonly minGram: number;
  readonly maxGram: number;
  readonly input: Matrix;
  readonly output: Matrix;
}

const magic = 793_712_314;
const hierarchicalSoftmax = 1;
const labelPrefix = "__label__";
const centroids = 256;

/**
 * Reads a `.ftz` or `.bin` file of a supervised model with hierarchical softmax and no word n-grams.
 * Source: fastText's own format, version 12 (Joulin et al. 2016, arXiv:1612.03651, for the quantisation).
 * @throws {RangeError} when the bytes are no such model
 */
export function readModelFile(bytes: Uint8Array): ModelFile {
  const reader = byteReader(bytes);
  if (reader.int32() !== magic) throw new RangeError("not a fastText model");
  reader.int32(); // version
  reader.bytes(5 * 4); // dimension, window, epochs, minimal count, negatives: of training only
  const wordNgrams = reader.int32();
  const loss = reader.int32();
  reader.int32(); // kind of model
  const buckets = reader.int32();
  const minGram = reader.int32();
  const maxGram = reader.int32();
  reader.bytes(4 + 8); // learning rate's update rate, sampling threshold
  if (loss !== hierarchicalSoftmax || wordNgrams > 1) throw new RangeError("a fastText model of another kind");
  const entries = reader.int32();
  reader.bytes(2 * 4 + 8); // words, labels, tokens seen
  const kept = reader.int64();
  const words: Uint8Array[] = [];
  const labels: string[] = [];
  const labelCounts: number[] = [];
  for (let entry = 0; entry < entries; entry++) {
    const name = reader.terminated();
    const count = reader.int64();
    if (reader.byte() === 0) words.push(name);
    else {
      labels.push(new TextDecoder().decode(name).slice(labelPrefix.length));
      labelCounts.push(count);
    }
  }
  const keptBuckets = new Map<number, number>();
  for (let index = 0; index < kept; index++) keptBuckets.set(reader.int32(), reader.int32());
  const input = matrixOf(reader);
  const output = matrixOf(reader);
  return { words, labels, labelCounts, keptBuckets, buckets, minGram, maxGram, input, output };
}

function matrixOf(reader: ByteReader): Matrix {
  const isQuantised = reader.byte() !== 0;
  if (!isQuantised) {
    const rows = reader.int64();
    const columns = reader.int64();
    return { columns, values: reader.float32s(rows * columns) };
  }
  const hasNorms = reader.byte() !== 0;
  const rows = reader.int64();
  const columns = reader.int64();
  const codes = reader.bytes(reader.int32());
  const directions = quantiserOf(reader);
  const normCodes = hasNorms ? reader.bytes(rows) : null;
  const norms = hasNorms ? quantiserOf(reader) : null;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const norm = normCodes === null || norms === null ? 1 : (norms.values[normCodes[row] ?? 0] ?? 0);
    for (let part = 0; part < directions.parts; part++) {
      const isLast = part === directions.parts - 1;
      const width = isLast ? directions.lastWidth : directions.width;
      const code = codes[row * directions.parts + part] ?? 0;
      const from = part * centroids * directions.width + code * width;
      const to = row * columns + part * directions.width;
      for (let offset = 0; offset < width; offset++)
        values[to + offset] = norm * (directions.values[from + offset] ?? 0);
    }
  }
  return { columns, values };
}

interface Quantiser {
  readonly parts: number;
  /** Columns of each part but the last. */
  readonly width: number;
  readonly lastWidth: number;
  /** Centroids, part after part. */
  readonly values: Float32Array;
}

function quantiserOf(reader: ByteReader): Quantiser {
  const columns = reader.int32();
  const parts = reader.int32();
  const width = reader.int32();
  const lastWidth = reader.int32();
  return { parts, width, lastWidth, values: reader.float32s(columns * centroids) };
}
