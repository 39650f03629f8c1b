import assert from "node:assert/strict";
import { suite, test } from "node:test";

import type { SiteFile } from "../../src/core/records.ts";
import { exchangeOf, type NoPage } from "../../src/measure/payload.ts";
import { http } from "../fixtures/response-record.ts";

const robots = "https://example.org/robots.txt";
const tdmrep = "https://example.org/.well-known/tdmrep.json";

function noPageOf(url: string, block: string, type = "response"): NoPage | null {
  return exchangeOf({
    type,
    url,
    contentType: "application/http; msgtype=response",
    truncated: null,
    block: Buffer.from(block, "latin1"),
    problems: [],
  }).noPage;
}

const fileOf = (url: string, body: string, head = "200 OK"): SiteFile | null =>
  noPageOf(url, http(head, body))?.siteFile ?? null;

const latin1 = (text: string, encoding: BufferEncoding): string => Buffer.from(text, encoding).toString("latin1");

suite("a file of a site", () => {
  test("is what stands at its path of any host, in its own case", () => {
    const text = "User-agent: *\nDisallow: /";
    for (const url of [robots, "http://example.org:8080/robots.txt", "HTTP://a@example.org/robots.txt"])
      assert.deepEqual(fileOf(url, text), { kind: "robots-txt", text }, url);
    assert.deepEqual(fileOf(tdmrep, "[]"), { kind: "tdmrep", text: "[]" });
    for (const url of [`${robots}?a`, "https://example.org/a/robots.txt", "https://example.org/ROBOTS.TXT"])
      assert.equal(fileOf(url, text), null, url);
  });

  test("has its codings undone and is read in UTF-8, UTF-16 and Latin-1", () => {
    const text = "User-agent: *\nDisallow: /Gäste";
    assert.equal(fileOf(robots, latin1(text, "utf8"))?.text, text);
    assert.equal(fileOf(robots, latin1(`\uFEFF${text}`, "utf8"))?.text, text);
    assert.equal(fileOf(robots, latin1(`\uFEFF${text}`, "utf16le"))?.text, text);
    assert.equal(fileOf(robots, text)?.text, text);
    const chunked = `5\r\nUser-\r\n8\r\nagent: *\r\n0\r\n\r\n`;
    assert.equal(fileOf(robots, chunked, "200 OK\r\nTransfer-Encoding: chunked")?.text, "User-agent: *");
  });

  test("is read no further than the crawler reads it, even where that cuts a character in half", () => {
    const filler = `${"# ".padEnd(99, "x")}\n`.repeat(5120).slice(1);
    assert.equal(fileOf(robots, `${filler}äöü`)?.text.length, 512_000);
    const halved = latin1(`${filler}é`, "utf8");
    assert.equal(Buffer.byteLength(halved, "latin1"), 512_001);
    assert.equal(fileOf(robots, halved)?.text.startsWith(filler), true);
    assert.equal(fileOf(tdmrep, " ".repeat(2 << 20))?.text.length, 1 << 20);
  });

  test("is none where an error or a page of HTML stands in its place", () => {
    assert.equal(fileOf(robots, "User-agent: *", "503 Busy"), null);
    assert.equal(fileOf(robots, "<!DOCTYPE html><p>Not here"), null);
    assert.equal(noPageOf(robots, http("200 OK", "<!DOCTYPE html><p>Not here"))?.reason, "robots-txt");
    assert.equal(fileOf(robots, "<pre>\nUser-agent: *\nDisallow: /")?.kind, "robots-txt");
    assert.equal(noPageOf(tdmrep, http("200 OK\r\nContent-Type: text/html", "<p>Not here")), null);
  });

  test("says nothing where the site has none, which is what holds from then on", () => {
    assert.deepEqual(fileOf(robots, "User-agent: *", "404 Not Found"), { kind: "robots-txt", text: "" });
    assert.deepEqual(fileOf(tdmrep, "", "410 Gone"), { kind: "tdmrep", text: "" });
    assert.equal(fileOf("https://example.org/page", "", "404 Not Found"), null);
  });

  test("is not made of a conversion, nor when it comes again as a revisit", () => {
    const block = http("200 OK", "User-agent: *");
    assert.equal(noPageOf(robots, block, "conversion")?.siteFile, null);
    assert.equal(noPageOf(robots, block, "revisit")?.siteFile, undefined);
  });
});
