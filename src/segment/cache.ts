import { rmSync, statSync } from "node:fs";

import { LRUCache } from "lru-cache";

import { PipelineError } from "../core/errors.ts";
import type { Hex } from "../core/records.ts";
import { segmentName } from "../store/layout.ts";
import type { Store } from "../store/store.ts";
import { segmentPath } from "./format.ts";
import { textStore } from "./read.ts";
import { bringObject } from "./transfer.ts";

/** Texts of segments that are in a store. */
export interface SegmentCache extends Disposable {
  /**
   * A text, UTF-8. @throws {PipelineError} `segment-broken` when the store has no such segment, `object-broken` when it is another
   */
  readonly text: (segment: Hex, position: number, signal: AbortSignal) => Promise<string>;
}

/** Bytes of segments that are kept on this machine. */
const heldBytes = 4 * 1024 ** 3;

/**
 * Keeps the segments of a store that were used last in a folder of this machine, and links to them where the store is a
 * folder of this machine itself.
 */
export function segmentCache(store: Store, folder: string, boundBytes = heldBytes): SegmentCache {
  const texts = textStore(folder);
  const coming = new Map<Hex, Promise<void>>();
  const held = new LRUCache<Hex, true>({
    maxSize: boundBytes,
    // A process that has opened it goes on reading.
    dispose: (_, segment, reason) => reason === "evict" && rmSync(segmentPath(folder, segment), { force: true }),
  });

  const fetch = async (segment: Hex, signal: AbortSignal): Promise<number> => {
    const path = segmentPath(folder, segment);
    // What is only linked takes no room.
    const name = segmentName(segment);
    if (await bringObject(store, { name, sha256: segment }, path, signal)) {
      return store.localPath(name) === null ? statSync(path).size : 0;
    }
    throw new PipelineError("segment-broken", `${store.place} has no segment ${segment}; ingest its archive again`, {
      segment,
    });
  };

  const bring = async (segment: Hex, signal: AbortSignal): Promise<void> => {
    try {
      const bytes = await fetch(segment, signal);
      // One that is larger than all room is held alone.
      held.set(segment, true, { size: Math.min(Math.max(1, bytes), boundBytes) });
    } finally {
      coming.delete(segment);
    }
  };

  const hold = async (segment: Hex, signal: AbortSignal): Promise<void> => {
    if (held.get(segment) === true) return;
    const brought = coming.get(segment) ?? bring(segment, signal);
    coming.set(segment, brought);
    await brought;
  };

  return {
    async text(segment, position, signal) {
      do await hold(segment, signal);
      // Another text may have needed its room just now.
      while (!held.has(segment));
      return texts.text(segment, position);
    },
    [Symbol.dispose]: () => texts[Symbol.dispose](),
  };
}
