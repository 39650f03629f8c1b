import type { Edges } from "../../dedup/edges.ts";
import type { TextPlace } from "./snapshot-codec.ts";

/**
 * Finds the pairs of similar texts in all bands.
 * @param texts each text once, in the order of claims
 * @returns pairs of places in `texts`, in as many pieces as it likes
 */
export type BandRunner = (texts: readonly TextPlace[]) => Promise<readonly Edges[]>;
