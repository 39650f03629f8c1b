/** Media type of the record that follows a copied one and says where it was copied from; its block is a `CopiedFrom`. */
export const copiedRecordType = "application/vnd.colophon.copied+json";

/**
 * Where a record was copied from, as the archive says. Never a licence: it says how the bytes got here, not who may use
 * them.
 */
export interface CopiedFrom {
  /** `CC-MAIN-2025-38`. */
  readonly crawl: string;
  /** `warc`, `robotstxt`, `crawldiagnostics`. */
  readonly subset: string;
  /** Path below the publisher's base. */
  readonly file: string;
  /** Place of the compressed member in that file. */
  readonly offset: number;
  readonly length: number;
  /** SHA-1 of the payload in base32, as the index had it. */
  readonly digest: string | null;
  /** The index's other fields. */
  readonly index: Readonly<Record<string, string | number | null>>;
}

const maxBlockBytes = 256 << 10;

/** Reads the block of such a record; `null` when it is not a valid one. Never throws. */
export function copiedFromOf(block: Uint8Array): CopiedFrom | null {
  if (block.length > maxBlockBytes) return null;
  const said = objectOf(new TextDecoder().decode(block));
  if (said === null) return null;
  const { crawl, subset, file, offset, length, digest, index } = said;
  if (typeof crawl !== "string" || typeof subset !== "string" || typeof file !== "string") return null;
  if (!isCount(offset) || !isCount(length) || !(digest === null || typeof digest === "string")) return null;
  const fields = typeof index === "object" && index !== null ? Object.entries(index) : [];
  const plain = fields.filter((field): field is [string, string | number | null] => isPlain(field[1]));
  return { crawl, subset, file, offset, length, digest, index: Object.fromEntries(plain) };
}

function objectOf(json: string): Readonly<Partial<Record<string, unknown>>> | null {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isPlain(value: unknown): boolean {
  return value === null || typeof value === "string" || typeof value === "number";
}
