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
  // A Map keeps its insertion order: the first entry is the one not used for the longest time.
  const open = new Map<Hex, Segment>();
  const segmentOf = (digest: Hex): Segment => {
    const known = open.get(digest) ?? openSegment(folder, digest);
    open.delete(digest);
    open.set(digest, known);
    const [oldest] = open;
    if (open.size > openLimit && oldest !== undefined) {
      open.delete(oldest[0]);
      oldest[1][Symbol.dispose]();
    }
    return known;
  };
  return {
    text: (segment, position) => segmentOf(segment).text(position).toString("utf8"),
    signature: (segment, position, into, at) => segmentOf(segment).signature(position, into, at),
    [Symbol.dispose]() {
      for (const segment of open.values()) segment[Symbol.dispose]();
      open.clear();
    },
  };
}
