import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";

import type { ManifestRow } from "../../src/manifest/manifest-row.ts";
import { documentsPath } from "../../src/manifest/manifest-text.ts";
import { recordUrn, type WrittenRecord } from "../../src/warc/write.ts";
import { pageHtml, sentences } from "../fixtures/archive-of-pages.ts";
import { html, http, record } from "../fixtures/response-record.ts";
import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { sha256 } from "../ledger/sample-rows.ts";

const folder = temporaryFolder();
const corpus = join(folder.path, "corpus");
const archive = join(folder.path, "two-days.warc");
let number = 0;

/** A capture of a page of `example.org` on one of two days. */
function capture(path: string, day: 1 | 2, block: string, fields: Partial<WrittenRecord> = {}): Buffer {
  number += 1;
  const id = recordUrn(sha256(`record ${number}`));
  return record({ id, url: `https://example.org${path}`, dateMs: Date.UTC(2025, 0, day), ...fields }, block);
}

const page = (seed: number): string => http(`200 OK\r\n${html}`, pageHtml(seed));
const text = (seed: number): Partial<WrittenRecord> & { readonly words: string } => ({
  type: "conversion",
  contentType: "text/plain",
  words: `${sentences(seed, 12)} This text is licensed under CC BY 4.0.`,
});
const nonCommercial = (seed: number): string => page(seed).replace("licenses/by/4.0", "licenses/by-nc/4.0");
const optedOut = (seed: number): string => page(seed).replace("<title>", '<meta name="robots" content="noai"><title>');

const pageWithHeader = (seed: number): string => http(`200 OK\r\nX-Robots-Tag: noai\r\n${html}`, pageHtml(seed));

interface Row {
  readonly path: string;
  readonly day: number;
  readonly reasons: readonly string[];
  readonly governing: string | null;
}
let rows: readonly Row[] = [];
let kept: readonly ManifestRow[] = [];

async function query<Found>(sql: string): Promise<readonly Found[]> {
  const { out, err, status } = await runColophon("query", sql, "--corpus", corpus, "--json");
  assert.equal(status, 0, err);
  return out
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Found);
}

before(async () => {
  const { words, ...converted } = text(40);
  writeFileSync(
    archive,
    Buffer.concat([
      capture("/unchanged", 1, page(1)),
      capture("/corrected", 1, page(2)),
      capture("/corrected", 2, http(`200 OK\r\n${html}`, pageHtml(2, `${sentences(2, 12)} A correction.`))),
      capture("/opted-out", 1, page(3)),
      capture("/opted-out", 2, optedOut(3)),
      capture("/opted-in", 1, optedOut(4)),
      capture("/opted-in", 2, page(4)),
      capture("/gone", 1, page(5)),
      capture("/gone", 2, http("410 Gone", "")),
      capture("/moved", 1, page(6)),
      capture("/moved", 2, http("301 Moved\r\nLocation: /elsewhere", "")),
      capture("/tightened", 1, page(7)),
      capture("/tightened", 2, nonCommercial(7)),
      capture("/down", 1, page(8)),
      capture("/down", 2, http("503 Busy", "")),
      capture("/Spelling?b=2&a=1", 1, page(9)),
      capture("//Spelling?a=1&b=2#top", 2, optedOut(9)),
      capture("/document.pdf", 1, http("200 OK\r\nX-Robots-Tag: noai\r\nContent-Type: application/pdf", "%PDF")),
      capture("/document.pdf", 1, words, converted),
      capture("/alone.pdf", 1, text(41).words, converted),
      capture("/header", 1, pageWithHeader(10)),
      capture("/header", 1, pageHtml(10), { type: "resource", contentType: "text/html" }),
      capture("/lone", 1, pageHtml(12), {
        type: "resource",
        contentType: "text/html",
        refersTo: { id: recordUrn("cd".repeat(32)), url: "https://elsewhere.example/", dateMs: 0 },
      }),
      capture("/first.pdf", 1, http("200 OK\r\nContent-Type: application/pdf", "%PDF"), {
        id: recordUrn("ef".repeat(32)),
      }),
      capture("/first.pdf.txt", 1, text(42).words, {
        ...converted,
        refersTo: { id: recordUrn("ef".repeat(32)), url: "https://example.org/first.pdf", dateMs: 0 },
      }),
      capture("/first.pdf", 2, http("410 Gone", "")),
      capture("/gone-again", 1, page(13)),
      capture("/gone-again", 2, http("410 Gone", ""), {
        type: "revisit",
        refersTo: { url: "https://example.org/gone-again", dateMs: 0 },
      }),
      capture("", 1, page(14), { url: "http://example.org/secure" }),
      capture("/secure", 2, optedOut(14)),
      capture("/old-name", 1, optedOut(11), { id: recordUrn("ab".repeat(32)) }),
      capture("/new-name", 1, words, {
        ...converted,
        refersTo: { id: recordUrn("ab".repeat(32)), url: "https://example.org/old-name", dateMs: 0 },
      }),
    ]),
  );
  const { status, err } = await runColophon("ingest", archive, "--corpus", corpus);
  assert.equal(status, 0, err);
  const found = await query<{ url: string; captured_at: string; reasons: string; governing: string | null }>(
    `SELECT d.url, d.captured_at, x.reasons, v.governing_captured_at AS governing FROM documents d
      JOIN decisions x ON x.key = d.key LEFT JOIN versions v ON v.key = d.key ORDER BY d.key`,
  );
  rows = found.map(({ url, captured_at: at, reasons, governing }) => ({
    path: url.replace("https://example.org", ""),
    day: Number(at.slice(8, 10)),
    reasons: (JSON.parse(reasons) as string[]).filter((reason) => reason !== "duplicate"),
    governing,
  }));
  kept = keptRows();
});
after(() => folder[Symbol.dispose]());

function keptRows(): readonly ManifestRow[] {
  return zstdDecompressSync(readFileSync(join(corpus, "manifest", documentsPath)))
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ManifestRow);
}

/** What holds against each capture of an address, by day. */
function against(path: string): Readonly<Record<number, readonly string[]>> {
  return Object.fromEntries(rows.filter((row) => row.path === path).map(({ day, reasons }) => [day, reasons]));
}

suite("of an address that was captured twice", () => {
  test("a page that is captured once is kept", () => assert.deepEqual(against("/unchanged"), { 1: [] }));

  test("the corrected version is kept and not its stale self", () =>
    assert.deepEqual(against("/corrected"), { 1: ["superseded"], 2: [] }));

  test("both captures are refused by an opt-out that came later, which the older one's reasons name", () =>
    assert.deepEqual(against("/opted-out"), {
      1: ["superseded", "signal:meta-robots:ai"],
      2: ["signal:meta-robots:ai"],
    }));

  test("an opt-out that was taken back no longer holds", () =>
    assert.deepEqual(against("/opted-in"), { 1: ["superseded", "signal:meta-robots:ai"], 2: [] }));

  test("a page that is gone or has moved for good is refused", () =>
    assert.deepEqual([against("/gone"), against("/moved")], [{ 1: ["gone"] }, { 1: ["moved"] }]));

  test("a licence that was tightened holds for the older capture", () =>
    assert.deepEqual(against("/tightened"), {
      1: ["superseded", "licence:CC-BY-NC-4.0"],
      2: ["licence:CC-BY-NC-4.0"],
    }));

  test("a server that is down does not take a page out", () => assert.deepEqual(against("/down"), { 1: [] }));

  test("spellings of one address are one address", () =>
    assert.deepEqual(against("/Spelling?b=2&a=1"), { 1: ["superseded", "signal:meta-robots:ai"] }));

  test("a refused capture names the capture that governs", () => {
    const governing = rows.filter(({ path, day }) => path === "/gone" && day === 1).map((row) => row.governing);
    assert.deepEqual(governing, ["2025-01-02T00:00:00.000Z"]);
  });
});

suite("a text that a tool made", () => {
  test("takes the opt-out of the exchange that it was made of", () =>
    assert.deepEqual(against("/document.pdf"), { 1: ["signal:x-robots-tag:ai"] }));

  test("is refused where the page that it was made of is not there", () =>
    assert.deepEqual(against("/alone.pdf"), { 1: ["without-page"] }));

  test("is refused beside the page itself, whose headers it does not show", () => {
    const found = rows.filter(({ path }) => path === "/header").map(({ reasons }) => reasons);
    assert.deepEqual(found, [["signal:x-robots-tag:ai"], ["derived"]]);
  });
});

test("a text is derived from the page that it names, whatever the address of either", () =>
  assert.deepEqual(against("/new-name"), { 1: ["derived"] }));

test("a text is gone with the page that it was made of, under whatever address the text itself lies", () =>
  assert.deepEqual(against("/first.pdf.txt"), { 1: ["gone"] }));

test("what a tool stored of a page that is not here is refused as a conversion is", () =>
  assert.deepEqual(against("/lone"), { 1: ["without-page"] }));

test("a revisit of an answer that means gone takes the page out", () =>
  assert.deepEqual(against("/gone-again"), { 1: ["gone"] }));

test("an opt-out under https holds for the same address under http", () =>
  assert.deepEqual(against("http://example.org/secure"), { 1: ["superseded", "signal:meta-robots:ai"] }));

test("a manifest has one row an address", () => {
  assert.deepEqual(
    kept.map(({ url, capturedAt }) => `${url.slice("https://example.org".length)} ${capturedAt?.slice(8, 10)}`).sort(),
    ["/corrected 02", "/down 01", "/opted-in 02", "/unchanged 01"],
  );
});

test("under at-capture each capture stands for itself", async () => {
  const policy = join(corpus, "policy.yaml");
  writeFileSync(policy, readFileSync(policy, "utf8").replace("state: newest", "state: at-capture"));
  const { status, err } = await runColophon("publish", "--corpus", corpus);
  assert.equal(status, 0, err);
  const first = keptRows().filter(({ capturedAt }) => capturedAt?.slice(8, 10) === "01");
  for (const path of ["/gone", "/moved", "/tightened", "/opted-out"]) {
    assert.ok(
      first.some(({ url }) => url.endsWith(path)),
      path,
    );
  }
});
