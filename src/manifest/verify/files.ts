import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { readdir } from "node:fs/promises";
import { join, sep } from "node:path";

import type { Hex } from "../../core/records.ts";
import type { Manifest, ManifestFile } from "../manifest-head.ts";
import { digestList, digestListPath, documentsPath, manifestPath, shardPath } from "../manifest-text.ts";
import { bytesOfFile, openFile, piecesUntilStopped } from "../open-file.ts";
import type { Findings } from "./findings.ts";

/** A manifest in a folder, with the digest of its head. */
export interface ManifestInFolder {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly manifestSha256: Hex;
}

/** Compares every file of the folder with what `manifest.json` and `SHA256SUMS` say of it, and the other way round. */
export async function verifyFiles(
  { directory, manifest, manifestSha256 }: ManifestInFolder,
  report: Findings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const paths = [documentsPath, ...manifest.files.slice(1).map((_, index) => shardPath(index))];
  report.expect("file-list", manifestPath, paths.join(" "), manifest.files.map(({ path }) => path).join(" "));
  for (const file of manifest.files) await verifyFile(directory, file, report, signal);
  await verifyDigestList(directory, digestList(manifest.files, manifestSha256), report);
  const known = new Set([...manifest.files.map(({ path }) => path), manifestPath, digestListPath]);
  for (const path of await filesIn(directory)) {
    if (!known.has(path)) report.add({ what: "file-unlisted", where: path, expected: "no such file", found: "a file" });
  }
}

async function verifyFile(
  directory: string,
  stated: ManifestFile,
  report: Findings,
  signal: AbortSignal | undefined,
): Promise<void> {
  const opened = await openFile(directory, stated.path);
  if (opened.file === null) {
    const { what, found } = opened;
    report.add({ what, where: stated.path, expected: `a file of ${stated.bytes} bytes`, found });
    return;
  }
  await using file = opened.file;
  report.expect("file-bytes", stated.path, String(stated.bytes), String(opened.bytes));
  // Of another length it has another digest, and it may be of any length.
  if (opened.bytes !== stated.bytes) return;
  report.expect("file-digest", stated.path, stated.sha256, await digestOf(file, signal));
}

/** `SHA256SUMS` has to be the very list. */
export async function verifyDigestList(directory: string, expected: string, report: Findings): Promise<void> {
  const list = await bytesOfFile(directory, digestListPath);
  report.expect("digest-list", digestListPath, expected, typeof list === "string" ? list : list.toString("utf8"));
}

async function digestOf(file: FileHandle, signal: AbortSignal | undefined): Promise<Hex> {
  const hash = createHash("sha256");
  for await (const piece of piecesUntilStopped(file, signal)) hash.update(piece);
  return hash.digest("hex");
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, sep).length).replaceAll(sep, "/"))
    .sort();
}
