import { rmSync, statSync } from "node:fs";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import type { Store } from "../store/store.ts";
import { broughtObject } from "./brought-object.ts";
import { segmentName } from "../store/layout.ts";
import { segmentPath } from "./format.ts";
import { textStore } from "./texts.ts";

/** Texts of segments that lie in a store. */
export interface SegmentCache extends Disposable {
  /** A text, UTF-8. @throws {PipelineError} `segment-broken` when the store has no such segment */
  readonly text: (segment: Hex, position: number, signal: AbortSignal) => Promise<string>;
}

interface Held {
  /** `null` while it is on its way. */
  bytes: number | null;
  readonly coming: Promise<number>;
}

/** Bytes of segments that are kept on this machine. */
const heldBytes = 4 * 1024 ** 3;

/**
 * Keeps the segments of a store that were used last in a folder of this machine, and links to them where the store is a
 * folder of this machine itself.
 */
export function segmentCache(store: Store, folder: string, boundBytes = heldBytes): SegmentCache {
  const texts = textStore(folder);
  // The one used last comes last.
  const held = new Map<Hex, Held>();
  let bytes = 0;

  const fetch = async (segment: Hex, signal: AbortSignal): Promise<number> => {
    const path = segmentPath(folder, segment);
    // What is only linked takes no room.
    if (await broughtObject(store, segmentName(segment), path, signal)) {
      return store.localPath(segmentName(segment)) === null ? statSync(path).size : 0;
    }
    throw new PipelineError("segment-broken", `${store.place} has no segment ${segment}; ingest its archive again`, {
      segment,
    });
  };

  const hold = async (segment: Hex, signal: AbortSignal): Promise<void> => {
    const one = held.get(segment) ?? { bytes: null, coming: fetch(segment, signal) };
    held.delete(segment);
    held.set(segment, one);
    try {
      const size = await one.coming;
      if (one.bytes === null) bytes += size;
      one.bytes = size;
    } catch (error) {
      if (held.get(segment) === one) held.delete(segment);
      throw error;
    }
    for (const [oldest, { bytes: size }] of held) {
      if (bytes <= boundBytes) return;
      if (size === null || oldest === segment) continue;
      held.delete(oldest);
      bytes -= size;
      // Who has opened it goes on reading.
      rmSync(segmentPath(folder, oldest), { force: true });
    }
  };

  return {
    async text(segment, position, signal) {
      do await hold(segment, signal);
      // Somebody else may have needed its room just now.
      while (!held.has(segment));
      return texts.text(segment, position);
    },
    [Symbol.dispose]: () => texts[Symbol.dispose](),
  };
}
