import type { Hex } from "../core/records.ts";

/**
 * Every name that an object of a store can have. Only this file puts a `/` into one. The table of "A store" in
 * `docs/provenance-format.md` is made from these rows. Names on existing stores never change.
 */
export const storeLayout = [
  {
    name: "archives/SHA256",
    holds: "an archive",
    writer: "the collector, before its first slice; a `copy` job",
    checked:
      "the collector: what it takes out, and what was there before a worker reads it, by SHA-256. A wrong one is replaced by the corpus' own file, or copied again",
    removable: "never while a corpus may read it again: only it cannot be made again",
  },
  {
    name: "segments/SHA256",
    holds: "a segment",
    writer: "a `slice` job; the collector, for `bands` and `export` jobs over what was measured without workers",
    checked:
      "whoever takes one out, by SHA-256; the collector its head and each row, and all that `bands` jobs read the signatures of, before they are asked for",
    removable: "between runs: it is measured again, or put again by a corpus that has it",
  },
  {
    name: "slices/ID",
    holds: "JSON: the result of measuring one slice; put after its segment",
    writer: "a `slice` job",
    checked: "the collector: against the segment, and that against what was asked for",
    removable: "any time",
  },
  {
    name: "copies/SHA256/ask",
    holds: "JSON: which records of which file to copy, and from where",
    writer: "the collector",
    checked: "the worker, by SHA-256",
    removable: "between runs",
  },
  {
    name: "copies/SHA256/end",
    holds:
      "JSON: the SHA-256 of the ask and of the archive, its records and bytes, and what was refused; put after the archive",
    writer: "a `copy` job",
    checked: "the collector: its ask, and its archive by SHA-256",
    removable: "any time",
  },
  {
    name: "crawls/SHA256",
    holds: "JSON: the settings of a crawl",
    writer: "the collector",
    checked: "the worker, by SHA-256",
    removable: "between runs",
  },
  {
    name: "turns/RUN/LEASE/ask",
    holds: "JSON: the URLs of one host's turn and what is known of the host; `LEASE.N` for its URL number N alone",
    writer: "the collector",
    checked: "the collector puts it in place of any other; the worker its turn and host",
    removable: "any time; the collector does when the turn has ended, or when the crawl starts again",
  },
  {
    name: "turns/RUN/LEASE/end",
    holds:
      "the result of that turn: the length of its JSON (32 bits, big-endian), the JSON, and its captures as pieces of an archive",
    writer: "a `turn` job",
    checked: "the collector: URLs, notes and addresses are those of the turn; the captures are read like any archive",
    removable: "any time; the collector does, after the ask",
  },
  {
    name: "clusterings/SHA256/documents",
    holds:
      "what a clustering begins with: a line of JSON (format, software, counts); the SHA-256 of each segment, in order; for each distinct text, in order of precedence, the number of its segment and its position there (32 bits each)",
    writer: "the collector",
    checked: "the worker, by SHA-256",
    removable: "between runs",
  },
  {
    name: "clusterings/SHA256/edges-PART-OF",
    holds:
      "pairs of similar texts that the bands of one part join, by their positions in `documents`: all lower positions, all higher ones (32 bits), all Jaccard similarities (64 bits)",
    writer: "a `bands` job",
    checked: "the collector: pairs of these texts, as alike as they must be; that they are all is the worker's word",
    removable: "any time",
  },
  {
    name: "exports/SHA256/part",
    holds:
      "what one shard of a manifest is made from: a line of JSON; the SHA-256 of each segment, in order; for each text its id, its SHA-256, its bytes, the number of its segment and its position there (32 bits each)",
    writer: "the collector",
    checked: "the worker, by SHA-256",
    removable: "between runs",
  },
  {
    name: "exports/SHA256/shard",
    holds: "that shard",
    writer: "an `export` job",
    checked: "the collector: each line is the text of its row, by SHA-256",
    removable: "any time",
  },
  {
    name: "exports/SHA256/result",
    holds: "JSON: SHA-256, bytes and lines of the shard; put after it",
    writer: "an `export` job",
    checked: "the collector: against the shard",
    removable: "any time",
  },
  {
    name: "probes/RANDOM",
    holds: "a word: whether the store lets the first of two writers win is tried when a bucket is opened",
    writer: "the collector and each worker, which remove it at once",
    checked: "whoever put it",
    removable: "any time",
  },
] as const;

/** Of an archive, named by its own bytes. */
export function archiveName(sha256: Hex): string {
  return `archives/${sha256}`;
}

/** Of a segment, named by its own bytes. */
export function segmentName(sha256: Hex): string {
  return `segments/${sha256}`;
}

/** @param id of the job that measured the slice */
export function sliceResultName(id: string): string {
  return `slices/${id}`;
}

/** @param ask SHA-256 of the ask */
export function copyName(ask: Hex, what: "ask" | "end"): string {
  return `copies/${ask}/${what}`;
}

/** @param crawl SHA-256 of the settings */
export function crawlName(crawl: Hex): string {
  return `crawls/${crawl}`;
}

/** One turn of a frontier. */
export interface TurnKey {
  /** Names the frontier; the same on every machine. */
  readonly run: string;
  readonly lease: number;
  /** Index of the only URL of the turn to visit, from 0 on; `null`: all of them. */
  readonly part: number | null;
}

export function turnName({ run, lease, part }: TurnKey, what: "ask" | "end"): string {
  return `${turnsPrefix(run)}${lease}${part === null ? "" : `.${part}`}/${what}`;
}

/** What the names of all turns of a run begin with. */
export function turnsPrefix(run: string): string {
  return `turns/${run}/`;
}

/** @param snapshot SHA-256 of the object */
export function snapshotName(snapshot: Hex): string {
  return `clusterings/${snapshot}/documents`;
}

/** @param part number of the part of the bands, from 0 on */
export function edgesName(snapshot: Hex, part: number, of: number): string {
  return `clusterings/${snapshot}/edges-${part}-${of}`;
}

/** @param part SHA-256 of the object */
export function exportPartName(part: Hex): string {
  return `exports/${part}/part`;
}

export function shardName(part: Hex): string {
  return `exports/${part}/shard`;
}

export function shardResultName(part: Hex): string {
  return `exports/${part}/result`;
}

/** @param random 32 hex digits that no other process has */
export function probeName(random: string): string {
  return `probes/${random}`;
}
