import { eachOf } from "../async/limit.ts";
import type { Hex } from "../core/records.ts";
import type { Store } from "../store/store.ts";
import { segmentName } from "../store/layout.ts";
import { segmentPath } from "./format.ts";

/** Segments looked for at the same time. */
const atOnce = 16;

/** Puts those segments of a corpus into a store that are not there: what was measured without workers is only here. */
export async function storeSegments(
  store: Store,
  folder: string,
  segments: Iterable<Hex>,
  signal: AbortSignal,
): Promise<void> {
  await eachOf(new Set(segments), atOnce, signal, async (segment, _, either) => {
    const name = segmentName(segment);
    if ((await store.size(name, either)) === null)
      await store.put(name, { path: segmentPath(folder, segment) }, either);
  });
}
