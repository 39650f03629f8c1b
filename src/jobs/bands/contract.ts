import type { Edges } from "../../dedup/edges.ts";
import type { TextPlace } from "./snapshot-codec.ts";

/**
 * Finds the pairs of similar texts in all bands.
 * @param texts each text once, in order of precedence
 * @returns pairs of indexes of `texts`, in as many pieces as it likes
 */
export type BandRunner = (texts: readonly TextPlace[]) => Promise<readonly Edges[]>;
