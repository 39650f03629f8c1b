import type { ByteSource } from "./source.ts";

/** Bytes in reading order: a raw file, or what a compressed member unpacks to. */
export interface Feed {
  readonly size: number;
  /** False when `view` must never be asked for a position before that of an earlier call. */
  readonly seekable: boolean;
  /** Bytes from `at` on, at least `length` of them unless the end comes first; often more. */
  view(at: number, length: number): Buffer | Promise<Buffer>;
}

/** A feed that answers synchronously. */
export interface WindowFeed extends Feed {
  view(at: number, length: number): Buffer;
}

/**
 * Reads a source in large steps. Each step has its own buffer, so views stay valid. Bytes at the edge of a step are
 * read again rather than moved, which costs less than one per cent.
 */
export function windowOf(source: ByteSource, stepBytes = 4 << 20): WindowFeed {
  let base = 0;
  let step: Buffer = Buffer.alloc(0);
  return {
    size: source.size,
    seekable: true,
    view(at, length) {
      const wanted = Math.min(length, Math.max(0, source.size - at));
      if (at < base || at + wanted > base + step.length) {
        step = source.read(at, Math.max(wanted, stepBytes), wanted);
        base = at;
      }
      return step.subarray(at - base);
    },
  };
}

/** A feed over bytes in memory. */
export function bufferFeed(bytes: Buffer): WindowFeed {
  return { size: bytes.length, seekable: true, view: (at) => bytes.subarray(at) };
}

/** A feed over chunks that arrive once, of which only those still asked for are kept. `size` is known beforehand. */
export function chunkFeed(chunks: AsyncIterator<Buffer>, size: number): Feed {
  let base = 0;
  let held: Buffer[] = [];
  let heldBytes = 0;
  const drop = (until: number): void => {
    for (let first = held[0]; first !== undefined && base < until; first = held[0]) {
      const gone = Math.min(first.length, until - base);
      if (gone === first.length) held.shift();
      else held[0] = first.subarray(gone);
      base += gone;
      heldBytes -= gone;
    }
  };
  return {
    size,
    seekable: false,
    async view(at, length) {
      drop(at);
      while (base + heldBytes < Math.min(size, at + length)) {
        const next = await chunks.next();
        if (next.done === true) break;
        held.push(next.value);
        heldBytes += next.value.length;
        drop(at);
      }
      if (held.length > 1) held = [Buffer.concat(held, heldBytes)];
      return held[0] ?? Buffer.alloc(0);
    },
  };
}
