/** Smaller ones are not worth the call. */
const leastBytes = 4096;

/**
 * Gives a buffer's memory back at once, where it has its memory for itself; it is empty afterwards, and so is every view of it. The
 * collector knows only the few bytes of the object and is in no hurry: a crawl of large pages held 95 MB of dead buffers.
 */
export function freeBytes({ buffer, byteLength }: Buffer): void {
  if (byteLength < leastBytes || buffer.byteLength !== byteLength || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}

/** Node hands out short buffers as parts of pools of this size. */
const poolBytes = 64 << 10;

/**
 * Gives back all the memory that a buffer is part of; nobody may need any of it. Where it could be one of Node's pools it stays as
 * it is.
 */
export function freeWhole({ buffer }: Buffer): void {
  const { byteLength } = buffer;
  if (!(buffer instanceof ArrayBuffer) || byteLength < leastBytes) return;
  if (byteLength === poolBytes || byteLength === Buffer.poolSize) return;
  if (buffer.resizable) buffer.resize(0);
  else buffer.transfer(0);
}
