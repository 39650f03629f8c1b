import { PipelineError } from "../core/errors.ts";
import type { LanguageGuess } from "../core/page.ts";
import { intTable } from "./int-table.ts";
import { labelTree } from "./label-tree.ts";
import { readModelFile, type ModelFile } from "./model-file.ts";

/** Code units of each stretch of a long text that is read: its start, middle and end. */
const stretch = 350;
const unknown: LanguageGuess = { code: "und", score: 0 };
/** Languages whose name in the model is not their BCP 47 code. */
const renamed: Readonly<Record<string, string>> = { als: "gsw" };

const fnvBasis = 2_166_136_261;
const fnvPrime = 16_777_619;
/** fastText hashes signed bytes. */
const hashStep = (hash: number, byte: number): number => Math.imul(hash ^ ((byte << 24) >> 24), fnvPrime);
const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80;
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
const wordStart = 0x3c;
const wordEnd = 0x3e;
/**
 * Marks the end of a line for fastText; reading stops there, whether the mark was in the text or was added after it.
 */
const lineEnd = new TextEncoder().encode("</s>");

/**
 * Language identifier from the bytes of a quantised fastText model (`lid.176.ftz`). It reads at most 1,050 code units of a
 * text (start, middle and end), in one line; text without letters is `und` with score 0.
 * Source: Joulin et al. 2016, arXiv:1607.01759 and 1612.03651.
 * @throws {PipelineError} `config-invalid` when the bytes are no such model
 */
export function languageModelOf(bytes: Uint8Array): (text: string) => LanguageGuess {
  const model = modelOf(bytes);
  const tree = labelTree(model.labelCounts, model.output);
  const embed = embedder(model);
  return (text) => {
    const sample = sampleOf(text);
    if (!/\p{L}/u.test(sample)) return unknown;
    const { label, probability } = tree.best(embed(sample));
    const code = model.labels[label];
    return code === undefined ? unknown : { code: renamed[code] ?? code, score: probability };
  };
}

function modelOf(bytes: Uint8Array): ModelFile {
  try {
    return readModelFile(bytes);
  } catch (error) {
    throw new PipelineError(
      "config-invalid",
      "the language model cannot be read: give the lid.176.ftz file",
      {},
      error,
    );
  }
}

function sampleOf(text: string): string {
  if (text.length <= 3 * stretch) return text;
  const middle = (text.length - stretch) >> 1;
  return `${text.slice(0, stretch)} ${text.slice(middle, middle + stretch)} ${text.slice(-stretch)}`;
}

/** Mean of the rows of all words and character n-grams of a text. The vector is reused for the next text. */
function embedder(model: ModelFile): (text: string) => Float32Array {
  const { input, keptBuckets, words, buckets, minGram, maxGram } = model;
  const { columns, values } = input;
  const findWord = wordFinder(words);
  const lineEndWord = findWord(lineEnd, 0, lineEnd.length);
  const keptRow = intTable(keptBuckets);
  const hidden = new Float32Array(columns);
  const encoder = new TextEncoder();
  const utf8 = new Uint8Array((3 * stretch + 2) * 3);
  const token = new Uint8Array(utf8.length + 2);
  let rows = 0;
  const addRow = (row: number): void => {
    const from = row * columns;
    for (let column = 0; column < columns; column++)
      hidden[column] = (hidden[column] ?? 0) + (values[from + column] ?? 0);
    rows++;
  };
  /** Character n-grams of `<token>`; `<` or `>` alone is not one. */
  const addGrams = (length: number): void => {
    for (let start = 0; start < length; start++) {
      if (isContinuation(token[start])) continue;
      let hash = fnvBasis;
      for (let end = start, size = 1; end < length && size <= maxGram; size++) {
        do hash = hashStep(hash, token[end++] ?? 0);
        while (end < length && isContinuation(token[end]));
        if (size < minGram || (size === 1 && (start === 0 || end === length))) continue;
        const kept = keptRow((hash >>> 0) % buckets);
        if (kept >= 0) addRow(words.length + kept);
      }
    }
  };
  return (text) => {
    const { written } = encoder.encodeInto(text, utf8);
    hidden.fill(0);
    rows = 0;
    for (let start = 0; start < written;) {
      while (start < written && isSpace(utf8[start])) start++;
      let end = start;
      while (end < written && !isSpace(utf8[end])) end++;
      if (end === start) break;
      const word = findWord(utf8, start, end);
      if (word >= 0 && word === lineEndWord) break;
      if (word >= 0) addRow(word);
      token[0] = wordStart;
      token.set(utf8.subarray(start, end), 1);
      token[end - start + 1] = wordEnd;
      addGrams(end - start + 2);
      start = end;
    }
    if (lineEndWord >= 0) addRow(lineEndWord);
    for (let column = 0; column < columns; column++) hidden[column] = (hidden[column] ?? 0) / Math.max(1, rows);
    return hidden;
  };
}

/** Index of a word given as bytes, or -1. */
function wordFinder(words: readonly Uint8Array[]): (source: Uint8Array, start: number, end: number) => number {
  const byHash = new Map<number, number[]>();
  const hashOf = (source: Uint8Array, start: number, end: number): number => {
    let hash = fnvBasis;
    for (let at = start; at < end; at++) hash = hashStep(hash, source[at] ?? 0);
    return hash;
  };
  words.forEach((word, index) => {
    const hash = hashOf(word, 0, word.length);
    const same = byHash.get(hash);
    if (same === undefined) byHash.set(hash, [index]);
    else same.push(index);
  });
  return (source, start, end) => {
    const same = byHash.get(hashOf(source, start, end)) ?? [];
    return same.find((index) => equals(words[index], source, start, end)) ?? -1;
  };
}

function equals(word: Uint8Array | undefined, source: Uint8Array, start: number, end: number): boolean {
  if (word?.length !== end - start) return false;
  for (let at = 0; at < word.length; at++) if (word[at] !== source[start + at]) return false;
  return true;
}
