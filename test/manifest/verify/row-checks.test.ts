import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { gunzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";

import { captureFields, documentFields, type Fields } from "../../../src/core/document-fields.ts";
import type { Manifest } from "../../../src/manifest/manifest-head.ts";
import type { ManifestRow } from "../../../src/manifest/manifest-row.ts";
import { corpusCounts } from "../../../src/manifest/manifest-sums.ts";
import {
  canonicalJson,
  digestList,
  digestListPath,
  documentsPath,
  manifestPath,
  manifestText,
} from "../../../src/manifest/manifest-text.ts";
import { merkleTree } from "../../../src/manifest/merkle.ts";
import { verifyManifest, type VerifyReport } from "../../../src/manifest/verify/verify.ts";
import { loadStages } from "../../../src/measure/stages.ts";
import { rederiver } from "../../../src/pipeline/rederive.ts";
import { gzipMember } from "../../../src/warc/write.ts";
import { archiveOfPages, pageHtml } from "../../fixtures/archive-of-pages.ts";
import { html, http } from "../../fixtures/response-record.ts";
import { runColophon, temporaryFolder } from "../../fixtures/run-colophon.ts";
import { segmentsOf } from "../../fixtures/segmented-page.ts";

/** What no record can give again, and by what it is found; the members of `cluster` speak of other records. */
const foundElsewhere: Readonly<Record<string, string>> = {
  "archive.name": "row-archive",
  "archive.sha256": "row-archive",
  "archive.offset": "archive-failed",
  "archive.innerOffset": "archive-failed",
  "text.shard": "text-missing",
  "text.index": "text-digest",
};

const folder = temporaryFolder();
const archive = join(folder.path, "pages.warc");
const manifest = join(folder.path, "corpus", "manifest");
const stages = loadStages();
let rows: readonly ManifestRow[] = [];

before(async () => {
  writeFileSync(archive, gunzipSync(archiveOfPages("pages.example", 0, 2)));
  const { status, err } = await runColophon("ingest", archive, "--corpus", join(folder.path, "corpus"));
  assert.equal(status, 0, err);
  const lines = zstdDecompressSync(readFileSync(join(manifest, documentsPath))).toString("utf8");
  rows = lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ManifestRow);
  assert.equal(rows.length, 2);
});
after(() => folder[Symbol.dispose]());

type Member = string | number | null | readonly unknown[] | Members;
interface Members {
  readonly [name: string]: Member;
}

function isMembers(value: Member): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Paths of all values of a row, lists as a whole. */
function pathsOf(value: Members, start = ""): string[] {
  return Object.entries(value).flatMap(([name, member]) =>
    isMembers(member) ? pathsOf(member, `${start}${name}.`) : [`${start}${name}`],
  );
}

/** The row with another value at a path: one that the schema of rows allows there. */
function forged(value: Members, [name = "", ...rest]: readonly string[], path: string): Members {
  const member = value[name] ?? null;
  return { ...value, [name]: isMembers(member) ? forged(member, rest, path) : another(member, path) };
}

function another(value: Member, path: string): Member {
  if (path === "capturedAt") return "1999-01-01T00:00:00.000Z";
  if (path === "evidence") return [{ kind: "forged", licence: null, value: "", place: "", quote: "", subject: "page" }];
  if (path === "signals")
    return [{ kind: "forged", preference: "ai", value: "y", agent: "*", place: "", quote: "", policyUrl: null }];
  if (path.endsWith(".state")) return value === "match" ? "mismatch" : "match";
  if (path === "text.shard") return "text/00001.jsonl.zst";
  if (path === "language.score") return Number(value) / 2;
  if (typeof value === "number") return value + 1;
  if (value === null && (path === "httpStatus" || path.startsWith("measurements."))) return 203;
  if (typeof value === "string" && /^[0-9a-f]{32,}$/.test(value))
    return value.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
  return path === "language.code" ? "xx" : `forged-${path}`;
}

/** A manifest with these rows in which every sum, digest and the root are right. */
function written(directory: string, changed: readonly ManifestRow[]): void {
  cpSync(manifest, directory, { recursive: true });
  const lines = changed.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map((row) => canonicalJson(row));
  const [tree, counts] = [merkleTree(), corpusCounts()];
  for (const line of lines) tree.push(line);
  for (const { language, licence, text } of changed)
    counts.add({ language: language.code, licence: licence.id, textBytes: text.bytes, words: text.words });
  const packed = zstdCompressSync(lines.map((line) => `${line}\n`).join(""));
  writeFileSync(join(directory, documentsPath), packed);
  const head = JSON.parse(readFileSync(join(directory, manifestPath), "utf8")) as Manifest;
  const files = head.files.map((file) =>
    file.path === documentsPath ? { ...file, sha256: sha256(packed), bytes: packed.length } : file,
  );
  const text = manifestText({ ...head, ...counts.result(), root: tree.root().toString("hex"), files });
  writeFileSync(join(directory, manifestPath), text);
  writeFileSync(join(directory, digestListPath), digestList(files, sha256(text)));
}

function sha256(bytes: string | Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function verified(directory: string): Promise<VerifyReport> {
  using archives = rederiver(() => [archive], stages, new AbortController().signal);
  const { inspect, rederive } = archives;
  return verifyManifest(directory, { inspect, rederive });
}

suite("verifying rows against the archived bytes", () => {
  test("joins the segments of a page as the pipeline did", async () => {
    const block = http(`200 OK\r\n${html}`, `${pageHtml(1)}<footer>This page is licensed under CC BY 4.0.</footer>`);
    for (const [name, pack] of [
      ["plain", (bytes: Buffer) => bytes],
      ["gzip", gzipMember],
    ] as const) {
      const [path, corpus] = [join(folder.path, `${name}.warc`), join(folder.path, name)];
      writeFileSync(path, Buffer.concat(segmentsOf(block, Math.ceil(block.length / 3)).map(pack)));
      const { status, err } = await runColophon("ingest", path, "--corpus", corpus);
      assert.equal(status, 0, err);
      using archives = rederiver(() => [path], stages, new AbortController().signal);
      const { inspect, rederive } = archives;
      const report = await verifyManifest(join(corpus, "manifest"), { inspect, rederive });
      assert.deepEqual([report.documents, report.disagreements], [1, []]);
    }
  });

  test("finds nothing in rows as they were published", async () => {
    written(join(folder.path, "same"), rows);
    assert.deepEqual((await verified(join(folder.path, "same"))).disagreements, []);
  });

  test("names each value of a row that was forged, though every digest and the root were made to agree", async () => {
    const [row, other] = rows;
    assert.ok(row !== undefined && other !== undefined);
    assert.equal(row.cluster, null);
    const { cluster: _, ...judged } = row;
    // Rows are walked as plain JSON here, whatever their fields are called.
    const paths = pathsOf(judged as unknown as Members);
    const described = Object.values<Fields[string]>({ ...captureFields, ...documentFields });
    for (const { published } of described) assert.ok(published === undefined || paths.includes(published), published);
    for (const [number, path] of paths.entries()) {
      const directory = join(folder.path, `forged-${number}`);
      const changed = forged(row as unknown as Members, path.split("."), path) as unknown as ManifestRow;
      written(directory, [changed, other]);
      const { disagreements } = await verified(directory);
      const expected = foundElsewhere[path] ?? "archive-differs";
      const found = disagreements.filter(({ what }) => what === expected);
      assert.deepEqual(
        found.map(({ where }) => where),
        [expected === "archive-differs" ? `${changed.id} ${path}` : changed.id],
        `${path}: ${JSON.stringify(disagreements)}`,
      );
    }
  });
});
