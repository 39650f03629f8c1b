import assert from "node:assert/strict";
import { suite, test } from "node:test";

import * as fc from "fast-check";

import { cdxRowOf } from "../../src/commoncrawl/cdx-line.ts";
import { isCrawlPath } from "../../src/commoncrawl/index-row.ts";

const fields = {
  urlkey: "org,example)/page",
  timestamp: "20250905112101",
  url: "https://example.org/page",
  mime: "text/html",
  "mime-detected": "text/html",
  status: "200",
  digest: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
  length: "1741",
  offset: "818",
  filename: "crawl-data/CC-MAIN-2025-38/segments/1757000000000.00/warc/CC-MAIN-20250905112101-00000.warc.gz",
  charset: "UTF-8",
  languages: "eng,deu",
};

function read(changes: Readonly<Record<string, unknown>> = {}): ReturnType<typeof cdxRowOf> {
  return cdxRowOf(JSON.stringify({ ...fields, ...changes }), "CC-MAIN-2025-38");
}

suite("a line of the CDX index", () => {
  test("is read with every field, whether the key stands in it or before it", () => {
    const inside = read();
    assert.ok(inside.ok);
    assert.deepEqual(
      [
        inside.row.fetchedAt,
        inside.row.status,
        inside.row.offset,
        inside.row.length,
        inside.row.subset,
        inside.row.truncated,
      ],
      ["2025-09-05T11:21:01Z", 200, 818, 1741, "warc", null],
    );
    const { urlkey, timestamp, ...rest } = fields;
    const before = cdxRowOf(`${urlkey} ${timestamp} ${JSON.stringify(rest)}`, "CC-MAIN-2025-38");
    assert.deepEqual(before, inside);
  });

  const lies: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ["a path that climbs out of the crawl", { filename: "crawl-data/../../etc/passwd" }],
    ["an absolute path", { filename: "/etc/passwd" }],
    ["a path with a space", { filename: "crawl-data/a b" }],
    ["a path with an encoded slash", { filename: "crawl-data/%2e%2e/x" }],
    ["no path", { filename: undefined }],
    ["a negative offset", { offset: "-1" }],
    ["an offset that is no number", { offset: "0x10" }],
    ["a length of nothing", { length: "0" }],
    ["a length of a whole disk", { length: "99999999999" }],
    ["a digest that is none", { digest: "sha1:xyz" }],
    ["a time that is none", { timestamp: "yesterday" }],
    ["no address", { url: "" }],
  ];
  for (const [name, changes] of lies) {
    test(`is refused with ${name}`, () => assert.equal(read(changes).ok, false));
  }

  test("is read or refused whatever it is, and no row comes out with a path that leaves the crawl", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.constantFrom(...Object.values(fields)));
    const lines = fc.oneof(
      fc.string(),
      fc.json(),
      fc
        .dictionary(fc.constantFrom(...Object.keys(fields)), value)
        .map((some) => JSON.stringify({ ...fields, ...some })),
      fc.tuple(fc.string(), fc.string()).map(([a, b]) => `${a} ${b} ${JSON.stringify(fields)}`),
    );
    let rows = 0;
    fc.assert(
      fc.property(lines, (line) => {
        const reading = cdxRowOf(line, "CC-MAIN-2025-38");
        if (!reading.ok) {
          assert.ok(reading.why.length > 0);
          return;
        }
        rows++;
        const { filename, offset, length } = reading.row;
        assert.ok(isCrawlPath(filename) && !filename.includes(".."));
        assert.ok(Number.isSafeInteger(offset) && offset >= 0 && Number.isSafeInteger(length) && length > 0);
      }),
      { numRuns: 1000 },
    );
    assert.ok(rows > 50, `only ${rows} lines were rows: the property looked at next to nothing`);
  });
});
