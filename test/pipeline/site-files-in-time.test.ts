import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { recordUrn, type WrittenRecord } from "../../src/warc/write.ts";
import { pageHtml } from "../fixtures/archive-of-pages.ts";
import { html, http, record } from "../fixtures/response-record.ts";
import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";
import { sha256 } from "../ledger/sample-rows.ts";

const folder = temporaryFolder();
const corpus = join(folder.path, "corpus");
let records: Buffer[] = [];

function capture(url: string, day: number, block: string, fields: Partial<WrittenRecord> = {}): string {
  const id = recordUrn(sha256(`record ${records.length}`));
  records.push(record({ id, url, dateMs: Date.UTC(2025, 0, day), ...fields }, block));
  return id;
}

const robots = (host: string, day: number, text: string): string =>
  capture(`${host}/robots.txt`, day, http("200 OK\r\nContent-Type: text/plain", text));
const repeats = (url: string, day: number, id: string): string =>
  capture(url, day, http("304 Not Modified", ""), { type: "revisit", refersTo: { id, url, dateMs: 0 } });
const page = (host: string, seed: number): string =>
  capture(`${host}/page`, 1, http(`200 OK\r\n${html}`, pageHtml(seed)));

const closed = "User-agent: GPTBot\nDisallow: /\n";
const open = "User-agent: *\nDisallow:\n";
const reserved = '[{"location": "/", "tdm-reservation": 1}]';

const reasons = new Map<string, string>();

before(async () => {
  const first = robots("https://closed.example", 1, closed);
  page("https://closed.example", 1);

  robots("https://opened.example", 1, closed);
  capture("https://opened.example/robots.txt", 2, http("404 Not Found", ""));
  page("https://opened.example", 2);

  const again = robots("https://again.example", 1, closed);
  robots("https://again.example", 2, open);
  repeats("https://again.example/robots.txt", 3, again);
  page("https://again.example", 3);

  repeats("https://same-file.example/robots.txt", 1, first);
  page("https://same-file.example", 4);

  robots("http://moved.example", 1, open);
  capture("http://moved.example/robots.txt", 2, http("301 Moved\r\nLocation: https://moved.example/robots.txt", ""));
  robots("https://moved.example", 2, closed);
  page("http://moved.example", 5);

  robots("https://one-second.example", 1, closed);
  robots("https://one-second.example", 1, open);
  page("https://one-second.example", 6);

  const tdm = capture("https://tdm.example/.well-known/tdmrep.json", 1, http("200 OK", reserved));
  repeats("https://tdm.example/.well-known/tdmrep.json", 2, tdm);
  page("https://tdm.example", 7);

  capture("https://own-word.example/.well-known/tdmrep.json", 1, http("200 OK", reserved));
  capture("https://own-word.example/page", 1, http(`200 OK\r\ntdm-reservation: 0\r\n${html}`, pageHtml(8)));

  const archive = join(folder.path, "sites.warc");
  writeFileSync(archive, Buffer.concat(records));
  const { status, err } = await runColophon("ingest", archive, "--corpus", corpus);
  assert.equal(status, 0, err);
  const sql = "SELECT d.host, x.reasons FROM documents d JOIN decisions x ON x.key = d.key";
  const { out } = await runColophon("query", sql, "--corpus", corpus, "--json");
  for (const line of out.trimEnd().split("\n")) {
    const row = JSON.parse(line) as { readonly host: string; readonly reasons: string };
    reasons.set(row.host, row.reasons);
  }
});
after(() => {
  records = [];
  folder[Symbol.dispose]();
});

const cases = {
  "closed.example": ["signal:robots-txt:ai", "a file that refuses a crawler of training refuses its pages"],
  "opened.example": [null, "a site that has no file any more refuses nothing"],
  "again.example": [
    "signal:robots-txt:ai",
    "a revisit says what the file says that it repeats, though another came between",
  ],
  "same-file.example": ["signal:robots-txt:ai", "a revisit may repeat the file of another host"],
  "moved.example": ["signal:robots-txt:ai", "the newest file of the host holds for http and https"],
  "one-second.example": [null, "of two files of one second the later in the archive holds"],
  "tdm.example": ["signal:tdmrep:tdm", "tdmrep.json is read likewise"],
  "own-word.example": [null, "what a page says of text and data mining itself prevails over tdmrep.json"],
} as const;

suite("what a site says for all its pages", () => {
  for (const [host, [reason, title]] of Object.entries(cases)) {
    test(`${title} (${host})`, () => {
      assert.equal(reasons.get(host), JSON.stringify(reason === null ? [] : [reason]));
    });
  }
});
