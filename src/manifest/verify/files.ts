import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";

import type { Hex } from "../../core/records.ts";
import type { Manifest } from "../manifest-head.ts";
import { digestList, digestListPath, manifestPath } from "../manifest-text.ts";
import type { Findings } from "./findings.ts";

/** Compares every file of the folder with what `manifest.json` and `SHA256SUMS` say of it, and the other way round. */
export async function verifyFiles(
  directory: string,
  manifest: Manifest,
  manifestSha256: Hex,
  report: Findings,
): Promise<void> {
  for (const file of manifest.files) {
    const actual = await digestOf(join(directory, file.path)).catch((error: Error) => error.message);
    if (typeof actual === "string") {
      report.add({ what: "file-missing", where: file.path, expected: `${file.bytes} bytes`, found: actual });
      continue;
    }
    if (actual.bytes !== file.bytes) {
      report.add({ what: "file-bytes", where: file.path, expected: String(file.bytes), found: String(actual.bytes) });
    }
    if (actual.sha256 !== file.sha256) {
      report.add({ what: "file-digest", where: file.path, expected: file.sha256, found: actual.sha256 });
    }
  }
  const list = await readFile(join(directory, digestListPath), "utf8").catch((error: Error) => error.message);
  const expected = digestList(manifest.files, manifestSha256);
  if (list !== expected) report.add({ what: "digest-list", where: digestListPath, expected, found: list });
  const known = new Set([...manifest.files.map(({ path }) => path), manifestPath, digestListPath]);
  for (const path of await filesIn(directory)) {
    if (!known.has(path)) report.add({ what: "file-unlisted", where: path, expected: "no such file", found: "a file" });
  }
}

async function digestOf(path: string): Promise<{ readonly sha256: Hex; readonly bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest("hex"), bytes };
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(directory, sep).length).replaceAll(sep, "/"))
    .sort();
}
