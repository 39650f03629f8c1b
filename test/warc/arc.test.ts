import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { readBack } from "./archives.ts";

const description = "1 0 Example\nURL IP-address Archive-date Content-type Archive-length\n";
const first = `filedesc://example.arc 0.0.0.0 20200101000000 text/plain ${description.length}\n${description}\n`;
const http = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>An old page</p>";
const page = (url: string): string => `${url} 192.0.2.1 20200102030405 text/html ${http.length}\n${http}\n`;
const pages = [page("http://example.org/a"), page("http://example.org/with a space"), page("https://example.org/c")];

for (const [packing, pack] of [
  ["plain", (parts: readonly string[]) => Buffer.from(parts.join(""))],
  ["gzip", (parts: readonly string[]) => Buffer.concat(parts.map((part) => gzipSync(part)))],
] as const) {
  test(`an ARC file, ${packing}, is read like a WARC file`, async () => {
    const file = pack([first, ...pages]);
    const { records, losses, span } = await readBack(file);
    assert.deepEqual(losses, []);
    assert.deepEqual(
      records.map(({ type }) => type),
      ["warcinfo", "response", "response", "response"],
    );
    assert.deepEqual(
      records.slice(1).map(({ url }) => url),
      ["http://example.org/a", "http://example.org/with a space", "https://example.org/c"],
    );
    const [, record] = records;
    assert.equal(record?.format, "ARC/1");
    assert.equal(record?.block.toString(), http);
    assert.equal(record?.dateMs, Date.UTC(2020, 0, 2, 3, 4, 5));
    assert.equal(record?.ip, "192.0.2.1");
    assert.deepEqual(record?.problems, []);
    assert.equal(span.recordBytes, file.length);
  });

  test(`slices of an ARC file, ${packing}, have each record once`, async () => {
    const file = pack([first, ...pages]);
    for (let cut = 1; cut < file.length; cut += 7) {
      const [left, right] = [await readBack(file, { end: cut }), await readBack(file, { start: cut })];
      assert.equal(left.records.length + right.records.length, 4);
      if (right.span.synced) assert.equal(left.span.end, right.span.begin);
    }
  });
}

test("lines of ARC version 2 are read", async () => {
  const line = `http://example.org/ 192.0.2.1 20200102030405 text/html 200 - - 0 example.arc ${http.length}\n${http}\n`;
  const { records } = await readBack(Buffer.from(first + line));
  assert.deepEqual(
    records.map(({ format, url }) => [format, url]),
    [
      ["ARC/1", "filedesc://example.arc"],
      ["ARC/2", "http://example.org/"],
    ],
  );
});

test("records of an ARC that are not http are resources, and the type on their line is theirs", async () => {
  const dns = "example.org.\t300\tIN\tA\t192.0.2.1";
  const { records } = await readBack(
    Buffer.from(`${first}dns:example.org 192.0.2.9 20200102030405 text/dns ${dns.length}\n${dns}\n`),
  );
  assert.deepEqual([records[1]?.type, records[1]?.contentType], ["resource", "text/dns"]);
});

test("a wrong length in a plain ARC costs its own record only", async () => {
  const wrong = page("http://example.org/bad").replace(` ${http.length}\n`, " 999\n");
  const { records, losses } = await readBack(Buffer.from([first, wrong, ...pages].join("")));
  assert.equal(records.length, 4);
  assert.deepEqual(
    losses.map(({ reason }) => reason),
    ["length-mismatch"],
  );
});
