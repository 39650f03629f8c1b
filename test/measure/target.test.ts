import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { targetFault } from "../../src/measure/target.ts";

const page = "https://example.org/pier?a=b#c";

suite("a target", () => {
  for (const url of [page, "HTTP://example.org/", "ftp://example.org/read.txt", "<https://example.org/", "http:x"]) {
    test(`that was asked of a server can be a document: ${url}`, () => assert.equal(targetFault(url), null));
  }

  const made = [
    `urn:text:${page}`,
    `URN:Text:${page}`,
    ` <urn:text:${page}`,
    `urn:pageinfo:${page}`,
    `urn:view:${page}`,
    `urn:thumbnail:${page}`,
    `urn:screenshot:${page}`,
    `urn:fullPage:${page}`,
    `urn:text:http://example.org/log`,
    `urn:X-wpull:snapshot?url=https%3A%2F%2Fexample.org%2Flog`,
    `urn:anything:else:${page}`,
    `screenshot:${page}`,
    `thumbnail:${page}`,
    `onreadydom:${page}`,
    `youtube-dl:00001:${page}`,
    `view-source:${page}`,
    "file:///dom-snapshot.html",
    "FILE:///DOM-Snapshot.html",
    "file:///video-extracted-summary.html",
    "data:text/html,words",
    "about:blank",
    "some words",
    "example.org/pier",
    "",
  ];
  for (const url of made) {
    test(`of a tool's own making is derived: ${JSON.stringify(url)}`, () => assert.equal(targetFault(url), "derived"));
  }

  const own = [
    "metadata://gnu.org/software/wget/warc/MANIFEST.txt",
    "Metadata://gnu.org/software/wget/warc/wget_arguments.txt ",
    "metadata://netarkivet.dk/crawl/logs/crawl.log?heritrixVersion=3&jobid=1",
    "urn:X-wpull:log",
    "urn:x-wpull:LOG",
    "urn:qwarc:log",
    "urn:example:crawl-log",
    "filedesc://pages.arc",
  ];
  for (const url of own) {
    test(`that a crawler writes about itself is no page: ${url}`, () =>
      assert.equal(targetFault(url), "crawler-record"));
  }

  test("of a protocol that only looks something up is not HTTP", () => {
    assert.deepEqual([targetFault("dns:example.org"), targetFault("whois://example.org")], ["not-http", "not-http"]);
  });

  test("of a megabyte is judged in no time, whatever it repeats", () => {
    const started = process.cpuUsage().user;
    for (const part of ["a-", "a:", "-", "log:", "urn:", " "]) targetFault(`urn:${part.repeat(500_000)}!`);
    assert.ok(process.cpuUsage().user - started < 2e6);
  });
});
