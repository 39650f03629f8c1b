import { countTo, object, sha256, type Shape, type Shaped } from "../../core/json-shape.ts";
import type { Hex } from "../../core/records.ts";
import type { TextLocation } from "../../core/text-order.ts";
import { bandCount } from "../../dedup/bands.ts";
import type { Edges } from "../../dedup/edges.ts";
import { jobOf } from "../../queue/job.ts";
import type { Job } from "../../queue/queue.ts";

/**
 * Finds the pairs of similar texts in all bands: this process (`local.ts`), or workers of a queue (`submit.ts`).
 * @param texts each text once, in order of precedence
 * @returns pairs of positions in `texts`, in any number of pieces
 */
export type BandRunner = (texts: readonly TextLocation[]) => Promise<readonly Edges[]>;

const partOfBands = object({
  /** SHA-256 of the snapshot. */
  snapshot: sha256,
  part: countTo(bandCount - 1),
  of: countTo(bandCount),
});
export type BandsAsk = Shaped<typeof partOfBands>;

/** What a `bands` job asks for; all else is in the store. */
export const bandsAsk: Shape<BandsAsk> = (value, at) => {
  const ask = partOfBands(value, at);
  countTo(ask.of - 1)(ask.part, at === null ? null : "part");
  return ask;
};

/** What is asked for to find the pairs of a snapshot, never in more parts than there are bands. */
export function bandsAsks(snapshot: Hex, parts: number): readonly BandsAsk[] {
  const of = Math.max(1, Math.min(parts, bandCount));
  return Array.from({ length: of }, (_, part) => ({ snapshot, part, of }));
}

export function bandsJob(ask: BandsAsk): Job {
  return jobOf("bands", ask);
}
