import type { TextView } from "../core/quality.ts";
import { numberedWords } from "./numbered-words.ts";
import { oncePerView } from "./once-per-view.ts";

/** The runs of `n` words that occur more than once in a text, for `n` of 2 or more. */
interface Runs {
  /** Index of the first word of each, ascending. */
  readonly starts: Int32Array;
  /** For each of them, which entry of `starts` is the first of its equals. */
  readonly names: Int32Array;
  /** Start of the most frequent run, the first of several, and how often it occurs; 0 and 1 when none repeats. */
  readonly top: number;
  readonly topCount: number;
}

/**
 * Two runs of `n` words are equal where both runs of `n - 1` words in them are, and a run is alone where one of those is.
 * So each length is named from the one before, looking only at what repeats, and no words are compared again.
 */
const runsByLength: ((view: TextView) => Runs)[] = [];

function runsOf(view: TextView, n: number): Runs {
  const compute = (runsByLength[n] ??= oncePerView((of) =>
    n === 1 ? everyWord(numberedWords(of).ids) : repeatedRuns(runsOf(of, n - 1)),
  ));
  return compute(view);
}

/** Where the naming begins: all words, those that occur once among them, named by their numbers. */
function everyWord(ids: Int32Array): Runs {
  const starts = new Int32Array(ids.length);
  for (let index = 0; index < starts.length; index++) starts[index] = index;
  return { starts, names: ids, top: 0, topCount: 1 };
}

function repeatedRuns(parts: Runs): Runs {
  const lefts = new Int32Array(parts.starts.length);
  const rights = new Int32Array(parts.starts.length);
  const starts = new Int32Array(parts.starts.length);
  let candidates = 0;
  for (let part = 0; part < starts.length; part++) {
    const start = parts.starts[part] ?? 0;
    if (parts.starts[part + 1] !== start + 1) continue;
    lefts[candidates] = parts.names[part] ?? 0;
    rights[candidates] = parts.names[part + 1] ?? 0;
    starts[candidates++] = start;
  }
  const firsts = firstsOfPairs(lefts.subarray(0, candidates), rights);
  const counts = new Int32Array(candidates);
  let topCount = 1;
  for (let index = 0; index < candidates; index++) {
    const first = firsts[index] ?? 0;
    const count = (counts[first] ?? 0) + 1;
    counts[first] = count;
    if (count > topCount) topCount = count;
  }
  const top = topCount === 1 ? 0 : (starts[counts.indexOf(topCount)] ?? 0);
  return { ...withoutLoners(starts, firsts, counts), top, topCount };
}

/** For each pair, the index of the first pair equal to it. */
function firstsOfPairs(lefts: Int32Array, rights: Int32Array): Int32Array {
  const bits = 33 - Math.clz32(lefts.length | 7);
  const slots = new Int32Array(1 << bits); // index + 1, 0 for an empty slot
  const firsts = new Int32Array(lefts.length);
  for (let index = 0; index < lefts.length; index++) {
    const left = lefts[index] ?? 0;
    const right = rights[index] ?? 0;
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    let slot = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> (32 - bits);
    let first = (slots[slot] ?? 0) - 1;
    while (first >= 0 && (lefts[first] !== left || rights[first] !== right)) {
      slot = (slot + 1) & (slots.length - 1);
      first = (slots[slot] ?? 0) - 1;
    }
    if (first < 0) {
      slots[slot] = index + 1;
      first = index;
    }
    firsts[index] = first;
  }
  return firsts;
}

function withoutLoners(starts: Int32Array, firsts: Int32Array, counts: Int32Array): Pick<Runs, "starts" | "names"> {
  const names = new Int32Array(firsts.length);
  const newIndex = new Int32Array(firsts.length);
  let kept = 0;
  for (let index = 0; index < firsts.length; index++) {
    const first = firsts[index] ?? 0;
    if (counts[first] === 1) continue;
    if (first === index) newIndex[index] = kept;
    names[kept] = newIndex[first] ?? 0;
    starts[kept++] = starts[index] ?? 0;
  }
  return { starts: starts.subarray(0, kept), names: names.subarray(0, kept) };
}

/**
 * Code points of the most frequent run of `n` words, one space between two words, times how often it occurs; of equally
 * frequent runs the first counts. `null` when there are fewer words than that.
 */
export function topGramCharacters(view: TextView, n: number): number | null {
  if (view.words.length < n) return null;
  const { prefixCharacters } = numberedWords(view);
  const { top, topCount } = runsOf(view, n);
  return ((prefixCharacters[top + n] ?? 0) - (prefixCharacters[top] ?? 0) + n - 1) * topCount;
}

/**
 * Code points, spaces left out, of the runs of `n` words that repeat an earlier run. After a repeat the search
 * continues behind it, so nothing is counted twice.
 */
export function repeatedGramCharacters(view: TextView, n: number): number {
  const { prefixCharacters } = numberedWords(view);
  const { starts, names } = runsOf(view, n);
  const passed = new Uint8Array(starts.length);
  let characters = 0;
  let next = 0;
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] ?? 0;
    if (start < next) continue;
    const name = names[index] ?? 0;
    if (passed[name] === 1) {
      next = start + n;
      characters += (prefixCharacters[next] ?? 0) - (prefixCharacters[start] ?? 0);
    }
    passed[name] = 1;
  }
  return characters;
}
