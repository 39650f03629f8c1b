import assert from "node:assert/strict";
import { suite, test } from "node:test";

import { outcomeReasons, type OutcomeReason } from "../../src/core/outcome-reasons.ts";
import type { CaptureRow } from "../../src/core/records.ts";
import { processCapture } from "../../src/measure/process-capture.ts";
import { loadStages } from "../../src/measure/stages.ts";
import { readArchive } from "../../src/warc/read-archive.ts";
import { bytesSource } from "../../src/warc/source.ts";
import { recordUrn } from "../../src/warc/write.ts";
import { html, http, record } from "../fixtures/response-record.ts";

const stages = loadStages();
/** Of a block in these tests; the limit of a real run is 64 MiB. */
const maxBlockBytes = 10_000;

async function captured(bytes: Buffer, with_ = stages): Promise<CaptureRow> {
  for await (const item of readArchive(bytesSource(bytes), { maxBlockBytes })) {
    if (item.kind === "record") return processCapture(item, "ab".repeat(32), with_).row;
  }
  throw new Error("no record was read");
}

const page = http(`200 OK\r\n${html}`);
const without = (bytes: Buffer, field: string): Buffer =>
  Buffer.from(bytes.toString("latin1").replace(new RegExp(`${field}: .*\r\n`), ""), "latin1");

const documents: readonly { readonly name: string; readonly record: Buffer }[] = [
  { name: "a page", record: record({}, page) },
  { name: "a page without a media type that begins as HTML does", record: record({}, http("200 OK\r\nX: y")) },
  { name: "plain text", record: record({}, http("200 OK\r\nContent-Type: text/plain", "Words in a row.")) },
  {
    name: "a conversion, as in WET",
    record: record({ type: "conversion", contentType: "text/plain" }, "Words in a row."),
  },
];

interface Ending {
  readonly name: string;
  readonly record: Buffer;
  readonly detail: string | null;
}

/** Every reason of the table but `worker-crashed`, which thread-pool.test.ts has: the compiler asks for each. */
const endings: Readonly<Record<Exclude<OutcomeReason, "worker-crashed" | "stage-error">, readonly Ending[]>> = {
  revisit: [
    {
      name: "a revisit",
      record: record(
        { type: "revisit", refersTo: { url: "https://example.org/first", dateMs: 0 } },
        http(`200 OK\r\n${html}`, ""),
      ),
      detail: "https://example.org/first",
    },
  ],
  "http-status": [
    { name: "a redirect", record: record({}, http("301 Moved\r\nLocation: /x", "")), detail: "301" },
    { name: "a part of a page", record: record({}, http(`206 Partial Content\r\n${html}`)), detail: "206" },
    {
      name: "an error page without an address",
      record: without(record({}, http(`500 Oh\r\n${html}`)), "WARC-Target-URI"),
      detail: "500",
    },
  ],
  "media-type": [
    {
      name: "an image",
      record: record({}, http("200 OK\r\nContent-Type: image/png; q=1", "x")),
      detail: "image/png",
    },
  ],
  "robots-txt": [
    {
      name: "robots.txt",
      record: record(
        { url: "https://example.org/robots.txt" },
        http("200 OK\r\nContent-Type: text/plain", "User-agent: *"),
      ),
      detail: null,
    },
  ],
  "site-file": [
    {
      name: "a reservation for the whole site",
      record: record(
        { url: "https://example.org/.well-known/tdmrep.json" },
        http("200 OK\r\nContent-Type: application/json", "[]"),
      ),
      detail: null,
    },
  ],
  derived: [
    {
      name: "a text that a browser made of a page",
      record: record({ type: "resource", url: "urn:text:https://example.org/", contentType: "text/plain" }, "Words."),
      detail: "text/plain",
    },
    {
      name: "a page of a browser's own making, even as an HTTP response",
      record: record({ url: "file:///dom-snapshot.html" }, page),
      detail: "application/http; msgtype=response",
    },
  ],
  "crawler-record": [
    {
      name: "the log of a crawler",
      record: record(
        { type: "resource", url: "metadata://gnu.org/software/wget/warc/wget.log", contentType: "text/plain" },
        "--2024-05-01 10:00:00--  http://example.org/",
      ),
      detail: "text/plain",
    },
  ],
  "not-http": [
    {
      name: "another protocol",
      record: record({ url: "dns:example.org", contentType: "text/dns" }, "1.2.3.4"),
      detail: "text/dns",
    },
  ],
  "empty-body": [{ name: "no body at all", record: record({}, http(`200 OK\r\n${html}`, "")), detail: null }],
  "empty-text": [
    {
      name: "a page without text",
      record: record({}, http(`200 OK\r\n${html}`, "<script>1</script>")),
      detail: null,
    },
  ],
  continuation: [
    {
      name: "a later segment of a record",
      record: Buffer.from(record({}, page).toString("latin1").replace("response", "continuation"), "latin1"),
      detail: null,
    },
  ],
  "http-malformed": [
    {
      name: "something that is no HTTP",
      record: record({}, "<html>no head"),
      detail: `not a status line: "<html>no head"`,
    },
  ],
  "body-undecodable": [
    {
      name: "gzip that does not unpack",
      record: record(
        {},
        http(`200 OK\r\n${html}\r\nContent-Encoding: gzip`, "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03garbage"),
      ),
      detail: "coding-malformed",
    },
  ],
  "no-url": [{ name: "a page without an address", record: without(record({}, page), "WARC-Target-URI"), detail: null }],
  "too-large": [
    {
      name: "a block over the limit",
      record: record({}, http(`200 OK\r\n${html}`, "x".repeat(maxBlockBytes))),
      detail: `${maxBlockBytes + http(`200 OK\r\n${html}`, "").length} bytes`,
    },
  ],
};

suite("a capture", () => {
  for (const { name, record } of documents) {
    test(`ends as a document when it is ${name}`, async () => {
      const { outcome, reason, document } = await captured(record);
      assert.deepEqual([outcome, reason, document !== null], ["document", null, true]);
    });
  }

  for (const [reason, cases] of Object.entries(endings) as [OutcomeReason, readonly Ending[]][]) {
    for (const { name, record, detail } of cases) {
      const { outcome } = outcomeReasons[reason];
      test(`ends as ${outcome} (${reason}) when it is ${name}, and its detail says more`, async () => {
        const row = await captured(record);
        assert.deepEqual([row.outcome, row.reason, row.detail, row.document], [outcome, reason, detail, null]);
      });
    }
  }

  test("ends as failed (stage-error) with the message when a stage fails on it", async () => {
    const languageOf = (): never => {
      throw new Error("no language");
    };
    const row = await captured(record({}, page), { ...stages, languageOf });
    assert.deepEqual(
      [row.outcome, row.reason, row.detail, row.document],
      ["failed", "stage-error", "no language", null],
    );
  });

  test("of another protocol has the status of the HTTP head that is nevertheless in it", async () => {
    const row = await captured(record({ url: "dns:x", contentType: "text/plain" }, page));
    assert.deepEqual([row.reason, row.httpStatus, row.mime], ["not-http", 200, "text/plain"]);
  });

  test("that was made of another names it by Refers-To, else by the first Concurrent-To; a response names none", async () => {
    const [page, action] = [recordUrn("01"), recordUrn("02")];
    const made = { type: "conversion", contentType: "text/plain", concurrentTo: [action, recordUrn("03")] } as const;
    const refersTo = { id: page, url: "https://example.org/", dateMs: 0 };
    assert.equal((await captured(record({ ...made, refersTo }, "Words."))).refersTo, `<${page}>`);
    assert.equal((await captured(record(made, "Words."))).refersTo, `<${action}>`);
    assert.equal((await captured(record({ concurrentTo: [action] }, http(`200 OK\r\n${html}`)))).refersTo, null);
  });
});

suite("the head of a capture that is no document", () => {
  const head = `X-Robots-Tag: noai\r\nLink: <https://creativecommons.org/licenses/by-nc/4.0/>; rel="license"`;
  const cases: readonly (readonly [name: string, OutcomeReason, Buffer])[] = [
    ["a page that is gone", "http-status", record({}, http(`410 Gone\r\n${html}\r\n${head}`))],
    ["a redirect", "http-status", record({}, http(`302 Found\r\nLocation: /x\r\n${head}`, ""))],
    ["an answer that nothing has changed", "http-status", record({}, http(`304 Not Modified\r\n${head}`, ""))],
    ["a revisit", "revisit", record({ type: "revisit" }, http(`200 OK\r\n${html}\r\n${head}`, ""))],
    ["a picture", "media-type", record({}, http(`200 OK\r\nContent-Type: image/png\r\n${head}`, "x"))],
    ["a page without text", "empty-text", record({}, http(`200 OK\r\n${html}\r\n${head}`, "<br>"))],
    ["a page over the limit", "too-large", record({}, http(`200 OK\r\n${html}\r\n${head}`, "x".repeat(20_000)))],
    ["a robots.txt", "robots-txt", record({ url: "http://a.example/robots.txt" }, http(`200 OK\r\n${head}`, "x"))],
  ];
  for (const [name, reason, bytes] of cases) {
    test(`speaks about rights when it is that of ${name}`, async () => {
      const { rights, ...row } = await captured(bytes);
      assert.equal(row.reason, reason);
      assert.deepEqual(
        [rights?.evidence.map(({ licence }) => licence), rights?.signals.map(({ preference }) => preference)],
        [["CC-BY-NC-4.0"], ["ai"]],
      );
    });
  }

  test("is not kept when it says nothing about rights, nor beside that of a document", async () => {
    assert.equal((await captured(record({}, http(`404 No\r\n${html}\r\nLink: </x>; rel="next"`)))).rights, null);
    assert.equal((await captured(record({}, http(`200 OK\r\n${html}\r\n${head}`)))).rights, null);
  });

  test("is kept with the opt-outs of a page without text", async () => {
    const { reason, rights } = await captured(
      record({}, http(`200 OK\r\n${html}`, '<meta name="robots" content="noai"><script>1</script>')),
    );
    assert.deepEqual([reason, rights?.signals.map(({ place }) => place)], ["empty-text", ["meta:robots"]]);
  });
});

test("the words of a document are those that gopher/word-count measured, and its symbols are not among them", async () => {
  const body = "<p>Well-known: three (3) words &amp; more, 100% &mdash; as it were !!! ... &#26481;&#20140; #tag</p>";
  const rule = stages.rules.findIndex(({ name }) => name === "gopher/word-count");
  for (const [text, words] of [
    [body, 13],
    ["<p>&mdash; &hellip; !!!</p>", 0],
  ] as const) {
    const { document } = await captured(record({}, http(`200 OK\r\n${html}`, text)));
    assert.deepEqual([document?.words, document?.measurements[rule] ?? 0], [words, words], text);
  }
});
