import type { TextLocation } from "../../core/text-order.ts";
import { textListBytes, textListOf, type TextList, type TextListFormat } from "../../segment/text-list.ts";

/** What a clustering begins with, as an object of the store: 8 bytes a text. */
export type ClusterSnapshot = TextList<TextLocation>;

const format: TextListFormat<TextLocation> = {
  name: "colophon-clustering/1",
  ownBytes: 0,
  write: () => undefined,
  read: (location) => location,
};

export function snapshotBytes(snapshot: ClusterSnapshot): Buffer {
  return textListBytes(snapshot, format);
}

/** The other way; `null` for bytes that are no such object. */
export function snapshotOf(bytes: Buffer): ClusterSnapshot | null {
  return textListOf(bytes, format);
}
