import { createHash } from "node:crypto";

import type { Hex } from "../records.ts";

/** All that shapes a document, by revision: two programs of one build make the same segment of the same slice. */
export interface Build {
  /** First 16 hex digits of the SHA-256 of `revisionsText`. */
  readonly id: Hex;
  /**
   * By group and name (`stage/charset`, `evidence/meta`, `rule/gopher/word-count`, `data/language-model`, `package/entities`):
   * a revision, a SHA-256 or a version.
   */
  readonly revisions: Readonly<Record<string, number | string>>;
}

/** The revisions as canonical JSON (RFC 8785), in whatever order they are given. */
export function revisionsText(revisions: Build["revisions"]): string {
  const sorted = Object.entries(revisions).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${sorted.map(([name, revision]) => `${JSON.stringify(name)}:${JSON.stringify(revision)}`).join(",")}}`;
}

export function buildIdOf(revisions: Build["revisions"]): Hex {
  return createHash("sha256").update(revisionsText(revisions)).digest("hex").slice(0, 16);
}
