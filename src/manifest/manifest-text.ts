import type { Hex } from "../core/records.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { ManifestFile } from "./manifest-head.ts";

export const documentsPath = "documents.jsonl.zst";
export const manifestPath = "manifest.json";
export const digestListPath = "SHA256SUMS";

/** `text/00000.jsonl.zst` for the first. */
export function shardPath(index: number): string {
  return `text/${String(index).padStart(5, "0")}.jsonl.zst`;
}

/** The very bytes of `manifest.json`: keys sorted at every depth, two spaces of indent. */
export function manifestText(manifest: unknown): string {
  return `${JSON.stringify(JSON.parse(canonicalJson(manifest)), null, 2)}\n`;
}

/** `SHA256SUMS`, for `sha256sum -c`. */
export function digestList(files: readonly Pick<ManifestFile, "path" | "sha256">[], manifestSha256: Hex): string {
  return [...files, { path: manifestPath, sha256: manifestSha256 }]
    .sort((one, other) => (one.path < other.path ? -1 : 1))
    .map(({ path, sha256 }) => `${sha256}  ${path}\n`)
    .join("");
}
