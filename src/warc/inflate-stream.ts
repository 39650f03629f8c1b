import { Readable } from "node:stream";
import type { Transform } from "node:stream";

import type { WindowFeed } from "./feed.ts";

const pieceBytes = 256 << 10;

/**
 * Bytes `from`..`to` of a file through an unpacking stream, in constant memory. The stream is closed however the loop
 * is left.
 */
export async function* unpackedChunks(
  window: WindowFeed,
  from: number,
  to: number,
  engine: Transform,
): AsyncGenerator<Buffer, void> {
  const input = Readable.from(piecesOf(window, from, to), { objectMode: true, highWaterMark: 1 });
  input.pipe(engine);
  input.once("error", (error) => engine.destroy(error));
  try {
    for await (const chunk of engine) yield chunk as Buffer;
  } finally {
    input.destroy();
    engine.destroy();
  }
}

function* piecesOf(window: WindowFeed, from: number, to: number): Generator<Buffer, void> {
  for (let at = from; at < to; at += pieceBytes) {
    const length = Math.min(pieceBytes, to - at);
    yield window.view(at, length).subarray(0, length);
  }
}
