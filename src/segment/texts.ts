import { LRUCache } from "lru-cache";

import type { Hex } from "../core/records.ts";
import { openSegment, type Segment } from "./read.ts";

/** Texts and signatures by place, over many segments of which a few are open at a time. */
export interface TextStore extends Disposable {
  readonly text: (segment: Hex, position: number) => string;
  readonly signature: (segment: Hex, position: number, into: Uint32Array, at: number) => void;
}

/** Open segments; each holds one unpacked frame. */
const openLimit = 64;

export function textStore(folder: string): TextStore {
  const open = new LRUCache<Hex, Segment>({ max: openLimit, dispose: (segment) => segment[Symbol.dispose]() });
  const segmentOf = (digest: Hex): Segment => {
    const known = open.get(digest);
    if (known !== undefined) return known;
    const segment = openSegment(folder, digest);
    open.set(digest, segment);
    return segment;
  };
  return {
    text: (segment, position) => segmentOf(segment).text(position).toString("utf8"),
    signature: (segment, position, into, at) => segmentOf(segment).signature(position, into, at),
    [Symbol.dispose]: () => open.clear(),
  };
}
