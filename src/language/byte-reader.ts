/** Reads little-endian values one after the other. Reading past the end throws `RangeError`, as DataView does. */
export interface ByteReader {
  readonly byte: () => number;
  readonly int32: () => number;
  readonly int64: () => number;
  readonly float32s: (count: number) => Float32Array;
  readonly bytes: (count: number) => Uint8Array;
  /** Bytes up to a NUL, which is consumed too. */
  readonly terminated: () => Uint8Array;
}

export function byteReader(source: Uint8Array): ByteReader {
  const view = new DataView(source.buffer, source.byteOffset, source.byteLength);
  let at = 0;
  const bytes = (count: number): Uint8Array => {
    if (count < 0 || at + count > source.length) throw new RangeError("the model ends too early");
    at += count;
    return source.subarray(at - count, at);
  };
  const int32 = (): number => {
    at += 4;
    return view.getInt32(at - 4, true);
  };
  return {
    byte: () => view.getUint8(at++),
    int32,
    int64() {
      at += 8;
      return Number(view.getBigInt64(at - 8, true));
    },
    float32s(count) {
      const raw = bytes(count * 4);
      const values = new Float32Array(count);
      const rawView = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
      for (let index = 0; index < count; index++) values[index] = rawView.getFloat32(index * 4, true);
      return values;
    },
    bytes,
    terminated() {
      const end = source.indexOf(0, at);
      const found = bytes((end < 0 ? source.length : end) - at);
      at++;
      return found;
    },
  };
}
