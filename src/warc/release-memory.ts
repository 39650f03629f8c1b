/** Releasing a smaller buffer is not worth the call. */
const leastBytes = 4096;

/**
 * Frees a buffer's memory immediately if the buffer does not share it; the buffer and every view of it are then empty.
 * The garbage collector sees only the few bytes of the object and lets them pile up: a crawl of large pages held 95 MB
 * of dead buffers.
 */
export function freeBytes({ buffer, byteLength }: Buffer): void {
  if (byteLength < leastBytes || buffer.byteLength !== byteLength || !(buffer instanceof ArrayBuffer)) return;
  buffer.transfer(0);
}

/** Node hands out short buffers as parts of pools of this size. */
const poolBytes = 64 << 10;

/**
 * Frees all the memory that a buffer is part of; none of it may be in use. Memory that could be one of Node's pools is
 * left alone.
 */
export function freeWhole({ buffer }: Buffer): void {
  const { byteLength } = buffer;
  if (!(buffer instanceof ArrayBuffer) || byteLength < leastBytes) return;
  if (byteLength === poolBytes || byteLength === Buffer.poolSize) return;
  if (buffer.resizable) buffer.resize(0);
  else buffer.transfer(0);
}
