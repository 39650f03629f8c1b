import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { recordUrn } from "../../src/warc/write.ts";
import { pageHtml } from "../fixtures/archive-of-pages.ts";
import { html, http, record } from "../fixtures/response-record.ts";
import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

const closed = "User-agent: Googlebot, GPTBot\nDisallow: /\n";
const open = "User-agent: *\nDisallow: /private\n";
/** What a site answers at an address of its file, and why its page is then refused. */
const sites: readonly (readonly [title: string, path: string, answer: string, reasons: readonly string[]])[] = [
  ["open", "/robots.txt", http("200 OK", open), []],
  ["closed to a list of agents", "/robots.txt", http("200 OK", closed), ["signal:robots-txt:ai"]],
  [
    "with a charset as its coding",
    "/robots.txt",
    http("200 OK\r\nContent-Encoding: UTF-8", closed),
    ["signal:robots-txt:ai"],
  ],
  ["with an open file in such a coding", "/robots.txt", http("200 OK\r\nContent-Encoding: UTF-8", open), []],
  ["under another spelling", "//%72obots.txt#x", http("200 OK", closed), ["signal:robots-txt:ai"]],
  [
    "with a file that was cut off",
    "/robots.txt",
    http("200 OK\r\nContent-Length: 999", open),
    ["signal:robots-txt:ai=unreadable"],
  ],
  [
    "with a tdmrep.json that is too long",
    "/.well-known/tdmrep.json",
    http("200 OK", " ".repeat(2 << 20)),
    ["signal:tdmrep:tdm=unreadable"],
  ],
];

suite("what a site states in its files", () => {
  const folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  let reasons: ReadonlyMap<string, readonly string[]> = new Map();
  before(async () => {
    const archive = join(folder.path, "sites.warc");
    const captures = sites.flatMap(([, path, answer], site) =>
      [["/page", http(`200 OK\r\n${html}`, pageHtml(site))] as const, [path, answer] as const].map(
        ([at, block], which) => {
          const id = recordUrn(String(2 * site + which).padStart(64, "0"));
          return record({ id, url: `https://site${site}.example${at}`, dateMs: 0 }, block);
        },
      ),
    );
    writeFileSync(archive, Buffer.concat(captures));
    assert.equal((await runColophon("ingest", archive, "--corpus", corpus)).status, 0);
    const sql = "SELECT d.url, x.reasons FROM documents d JOIN decisions x ON x.key = d.key";
    const { out } = await runColophon("query", sql, "--corpus", corpus, "--json");
    const rows = out.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Record<string, string>]));
    reasons = new Map(rows.map(({ url = "", reasons: why = "" }) => [url, JSON.parse(why) as string[]]));
  });
  after(() => folder[Symbol.dispose]());

  for (const [site, [title, , , expected]] of sites.entries()) {
    test(`decides about the page of one ${title}`, () =>
      assert.deepEqual(reasons.get(`https://site${site}.example/page`), expected));
  }

  test("is no document of its own", () => assert.equal(reasons.size, sites.length));
});
