import { bandCount } from "./bands.ts";
import { bucketsOf } from "./buckets.ts";
import { edgeList, type Edges } from "./edges.ts";
import { signatureSlots } from "./signature.ts";
import { similarityOf } from "./similarity.ts";
import { unionOf } from "./union.ts";

/** Distinct texts by their rank in the order of precedence, 0 to `count` - 1. */
export interface BandTexts {
  readonly count: number;
  /** False for a text without a word: it is similar to no text. */
  readonly hasWord: (textIndex: number) => boolean;
  /** As `bandKeyOf` gives it. */
  readonly keyOf: (textIndex: number, band: number) => number;
  /**
   * Below 2^32; texts of nearby ranks are cheap to read one after the other. If left out, texts are read in order of
   * precedence.
   */
  readonly rankOf?: (textIndex: number) => number;
  /** Slots in which two signatures agree; asked for texts that share a band. */
  readonly equalSlots: (a: number, b: number) => number;
  /** Reads a text; asked for candidates only, most of them once. */
  readonly textOf: (textIndex: number) => string | Promise<string>;
}

/** From this Jaccard similarity on two texts are of one cluster. */
export const similarFrom = 0.8;

/** Four standard deviations below the expected number: less than one true pair in 10,000 is rejected unread. */
const leastEqualSlots = Math.floor(
  signatureSlots * similarFrom - 4 * Math.sqrt(signatureSlots * similarFrom * (1 - similarFrom)),
);

/**
 * In a bucket of at most this many texts every pair is considered. Larger buckets come only from templates. There each
 * text is compared with the first this many texts that joined no earlier one, so the cost stays linear in the bucket's
 * size.
 */
const anchorsOfBucket = 32;

/** Compared pairs that are remembered, so that the next band does not read their texts again. */
const rememberedPairs = 1 << 20;

/** The bands that fall to one of `of` parts; all parts together have each band once. */
export function bandsOfPart(part: number, of: number): readonly number[] {
  return Array.from({ length: bandCount }, (_, band) => band).filter((band) => band % of === part);
}

/** Texts that can be similar to another, in order of precedence. */
export function textsWithWords({ count, hasWord }: Pick<BandTexts, "count" | "hasWord">): Int32Array {
  const texts = new Int32Array(count);
  let length = 0;
  for (let textIndex = 0; textIndex < count; textIndex++) if (hasWord(textIndex)) texts[length++] = textIndex;
  return texts.subarray(0, length);
}

/**
 * Finds pairs of similar texts in some bands: texts that share a band, and whose signatures do not rule it out, are
 * compared exactly. Which texts a bucket joins depends on no other bucket. So the pairs of all bands together join the
 * same texts, however the bands were distributed.
 *
 * In a small bucket a pair that is already joined through others is skipped; the result is the same. In a large one
 * that would change which texts become anchors, so only the joins of the bucket itself count there.
 *
 * Memory: 22 bytes a text, 16 a pair found, and at most 64 MB of shingles and 80 MB of remembered pairs. About 4
 * microseconds a text for all bands, comparisons aside.
 * @param onBand called and awaited after each band, with how many are done
 */
export async function bandEdges(
  texts: BandTexts,
  bands: readonly number[],
  onBand: (done: number) => Promise<void> | void = () => undefined,
): Promise<Edges> {
  const exact = similarityOf(texts.textOf);
  const compared = new Map<number, number>();
  const similarityIn = async (a: number, b: number): Promise<number> => {
    const value = await exact(a, b, similarFrom);
    if (compared.size < rememberedPairs) compared.set(a * texts.count + b, value);
    return value;
  };
  const withWords = textsWithWords(texts);
  const joined = unionOf(texts.count);
  const found = edgeList();

  for (const [index, band] of bands.entries()) {
    for (const bucket of bucketsOf((textIndex) => texts.keyOf(textIndex, band), withWords, texts.rankOf)) {
      const isLarge = bucket.length > anchorsOfBucket;
      const inBucket = isLarge ? unionOf(bucket.length) : null;
      const anchors: number[] = [];
      for (let position = 0; position < bucket.length; position++) {
        const textIndex = bucket[position] ?? 0;
        let alone = true;
        for (const at of anchors) {
          const anchor = bucket[at] ?? 0;
          if (inBucket === null ? areOne(joined, anchor, textIndex) : areOne(inBucket, at, position)) {
            alone = false;
            continue;
          }
          const known = compared.get(anchor * texts.count + textIndex);
          if (known === undefined && texts.equalSlots(anchor, textIndex) < leastEqualSlots) continue;
          const similarity = known ?? (await similarityIn(anchor, textIndex));
          if (similarity < similarFrom) continue;
          alone = false;
          inBucket?.join(at, position);
          if (areOne(joined, anchor, textIndex)) continue;
          joined.join(anchor, textIndex);
          found.add(anchor, textIndex, similarity);
        }
        if (anchors.length < anchorsOfBucket && (alone || !isLarge)) anchors.push(position);
      }
    }
    await onBand(index + 1);
  }
  return found.edges();
}

function areOne({ leastOf }: { readonly leastOf: (member: number) => number }, a: number, b: number): boolean {
  return leastOf(a) === leastOf(b);
}
