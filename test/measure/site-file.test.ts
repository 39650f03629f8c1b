import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";

import type { SiteFile } from "../../src/core/records.ts";
import { exchangeOf, type Enclosed, type NoPage } from "../../src/measure/payload.ts";
import { http } from "../fixtures/response-record.ts";

const robots = "https://example.org/robots.txt";
const tdmrep = "https://example.org/.well-known/tdmrep.json";

function noPageOf(url: string, block: string, type = "response", besides: Partial<Enclosed> = {}): NoPage | null {
  return exchangeOf({
    type,
    url,
    contentType: "application/http; msgtype=response",
    truncated: null,
    block: Buffer.from(block, "latin1"),
    problems: [],
    ...besides,
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

  test("is known by its address, however that is written", () => {
    const text = "User-agent: *";
    for (const url of [
      `${robots}#x`,
      `${robots}?`,
      "https://example.org//robots.txt",
      "http:\\\\example.org\\robots.txt",
      "https://example.org/%72obots%2Etxt",
      "https://example.org/a/../robots.txt",
      " https://me:word@EXAMPLE.org./robots.txt",
    ]) {
      assert.deepEqual(fileOf(url, text), { kind: "robots-txt", text }, url);
      assert.equal(noPageOf(url, http("200 OK", text))?.reason, "robots-txt", url);
    }
    assert.equal(fileOf("https://example.org/.well-known//tdmre%70.json", "[]")?.kind, "tdmrep");
    assert.deepEqual(fileOf("https://example.org//robots.txt", "", "404 Not Found"), { kind: "robots-txt", text: "" });
  });

  test("is read as it stands where its codings are none that is known, chunked or not", () => {
    const text = "User-agent: *\nDisallow: /private";
    for (const coding of ["UTF-8", "text/plain", "gzip;q=1", "a, b, c", "utf-8, gzip"]) {
      const head = `200 OK\r\nContent-Encoding: ${coding}`;
      assert.deepEqual(fileOf(robots, text, head), { kind: "robots-txt", text }, coding);
      assert.equal(noPageOf(robots, http(head, text))?.reason, "robots-txt", coding);
      assert.equal(fileOf(robots, gzipSync(text).toString("latin1"), head)?.text, text, coding);
    }
    const chunked = "5\r\nUser-\r\n8\r\nagent: *\r\n0\r\n\r\n";
    const head = "200 OK\r\nContent-Encoding: utf8\r\nTransfer-Encoding: chunked";
    assert.deepEqual(fileOf(robots, chunked, head), { kind: "robots-txt", text: "User-agent: *" });
  });

  test("of which the end is missing says so: cut off, in segments, too long, or in bytes that cannot be read", () => {
    const text = "User-agent: *";
    const short = "200 OK\r\nContent-Length: 100";
    assert.deepEqual(fileOf(robots, text, short), { kind: "robots-txt", text, cut: true });
    assert.deepEqual(fileOf(tdmrep, "[]", short), { kind: "tdmrep", text: "[]", cut: true });
    const block = http("200 OK", text);
    for (const cut of [{ truncated: "disconnect" }, { segmentNumber: "1" }, { blockBytes: 1_000 }])
      assert.deepEqual(noPageOf(robots, block, "response", cut)?.siteFile, { kind: "robots-txt", text, cut: true });
    assert.equal(fileOf(tdmrep, " ".repeat((1 << 20) + 1))?.cut, true);
    assert.equal(fileOf(tdmrep, " ".repeat(1 << 20))?.cut, undefined);
    const packed = "200 OK\r\nContent-Encoding: unknown";
    assert.deepEqual(fileOf(robots, "\x01\x02", packed), { kind: "robots-txt", text: "", cut: true });
    assert.equal(noPageOf(robots, http(packed, "\x01\x02"))?.reason, "body-undecodable");
  });

  test("is whole when it was cut off behind all that is ever read", () => {
    const long = "# long\n".repeat(80_000);
    const file = noPageOf(robots, http("200 OK", long), "response", { truncated: "length" })?.siteFile;
    assert.equal(file?.text.length, 512_000);
    assert.equal(file?.cut, undefined);
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
