/** What `list` gives of an object. */
export interface StoredObject {
  readonly name: string;
  readonly bytes: number;
}

/** Bytes in memory, or a file of this machine that is read while it is sent. */
export type Content = Buffer | { readonly path: string };

/**
 * Where archives and segments are for all machines: a shared folder or an S3-compatible bucket. Objects are written
 * once and never changed; names are our own (`segments/<digest>`), of `[A-Za-z0-9._-]` and `/`, never from the web.
 * Every call retries faults that may pass (500, 503, time-outs, truncated bodies) within a bound, then throws.
 * @throws {PipelineError} `store-unreachable`, `store-refused` (no permission, no such bucket), `disk-full`,
 * `interrupted`
 */
export interface Store extends AsyncDisposable {
  /** `/mnt/corpus` or `s3://bucket/prefix`; never holds a secret. */
  readonly place: string;
  /**
   * Puts an object if there is none of that name. It appears whole and durable, or not at all, even if several
   * processes put it at the same time.
   */
  readonly put: (name: string, content: Content, signal?: AbortSignal) => Promise<"stored" | "present">;
  /** A whole object, for small ones; `null` when there is none. */
  readonly get: (name: string, signal?: AbortSignal) => Promise<Buffer | null>;
  /** Bytes from `begin` up to `end`, fewer only where the object ends first; `null` when there is no object. */
  readonly range: (name: string, begin: number, end: number, signal?: AbortSignal) => Promise<Buffer | null>;
  /** Copies an object into a new file of this machine, synced, whole or not at all. @returns false when there is none */
  readonly copyTo: (name: string, path: string, signal?: AbortSignal) => Promise<boolean>;
  /** Size in bytes; `null` when there is no object. */
  readonly size: (name: string, signal?: AbortSignal) => Promise<number | null>;
  /** Objects whose names begin with the prefix, in order of their names (by code unit). */
  readonly list: (prefix: string, signal?: AbortSignal) => AsyncIterable<StoredObject>;
  /** Removes an object; a missing one is not an error. Only for objects that can be made again. */
  readonly remove: (name: string, signal?: AbortSignal) => Promise<void>;
  /** The file of this machine that holds an object, where the store is a folder; `null` for a bucket. */
  readonly localPath: (name: string) => string | null;
}
