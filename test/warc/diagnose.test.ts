import assert from "node:assert/strict";
import { test } from "node:test";

import { diagnose } from "../../src/warc/diagnose.ts";
import type { Fields } from "../../src/warc/record.ts";
import { handWritten, readBack } from "./archives.ts";

const sound: Fields = [
  ["WARC-Type", "response"],
  ["WARC-Record-ID", "<urn:uuid:e7c9eff8-f5bc-4aeb-b3d2-9d3df99afb30>"],
  ["WARC-Date", "2008-04-30T20:48:25Z"],
  ["WARC-Target-URI", "http://www.example.org/robots.txt"],
  ["WARC-IP-Address", "207.241.229.39"],
  ["Content-Type", "application/http; msgtype=response"],
  ["Content-Length", "782"],
];
const withField = (name: string, value: string): Fields => [...sound.filter(([each]) => each !== name), [name, value]];
const without = (name: string): Fields => sound.filter(([each]) => each !== name);
const ofType = (type: string): Fields => withField("WARC-Type", type);
const codes = (fields: Fields): readonly string[] => diagnose(fields, 782).map(({ code }) => code);

test("a sound record has no problem", () => assert.deepEqual(diagnose(sound, 782), []));

test("a sound record in capitals has no problem", () => {
  assert.deepEqual(
    diagnose(
      sound.map(([name, value]) => [name.toUpperCase(), value.toUpperCase()]),
      782,
    ),
    [],
  );
});

const cases: readonly (readonly [title: string, fields: Fields, code: string])[] = [
  ["a missing record id", without("WARC-Record-ID"), "field-missing"],
  ["a missing date", without("WARC-Date"), "field-missing"],
  ["a missing type", without("WARC-Type"), "field-missing"],
  ["a missing target of a response", without("WARC-Target-URI"), "field-missing"],
  ["a repeated date", [...sound, ["warc-date", "2008-04-30T20:48:25Z"]], "field-duplicate"],
  ["an empty address", withField("WARC-IP-Address", ""), "field-empty"],
  ["a date in words", withField("WARC-Date", "blue monday"), "field-format"],
  ["a date that does not exist", withField("WARC-Date", "2008-02-31T00:00:00Z"), "field-format"],
  ["a record id without brackets", withField("WARC-Record-ID", "urn:uuid:1"), "field-format"],
  ["a target that is no URI", withField("WARC-Target-URI", "bad_uri"), "field-format"],
  ["a target with a space", withField("WARC-Target-URI", "http://example.org/a b"), "field-format"],
  ["an address in letters", withField("WARC-IP-Address", "a.b.c.d"), "field-format"],
  ["a digest without an algorithm", withField("WARC-Block-Digest", "monkeypowah!"), "field-format"],
  ["a digest without a value", withField("WARC-Block-Digest", "sha1:"), "field-format"],
  ["a media type with a backslash", withField("Content-Type", "gif\\image"), "field-format"],
  ["a type of one's own", ofType("hello_kitty"), "type-unknown"],
  ["no media type for a block", without("Content-Type"), "content-type-missing"],
  [
    "a request stored as a response",
    withField("Content-Type", "application/http; msgtype=request"),
    "content-type-unusual",
  ],
  ["a file name in a response", withField("WARC-Filename", "a.warc"), "field-not-allowed"],
  ["a profile in a response", withField("WARC-Profile", "http://example.org/"), "field-not-allowed"],
  ["an address in a conversion", ofType("conversion"), "field-not-allowed"],
  ["a revisit without a profile", ofType("revisit"), "field-missing"],
  ["a continuation without an origin", ofType("continuation"), "field-missing"],
  ["a response that is segment 2", withField("WARC-Segment-Number", "2"), "segment-number"],
  ["a segment number in words", withField("WARC-Segment-Number", "one"), "field-format"],
];
for (const [title, fields, code] of cases) {
  test(`${title} is reported as ${code}`, () => assert.ok(codes(fields).includes(code), codes(fields).join()));
}

test("a warcinfo that is not warc-fields is unusual, and its target is not allowed", () => {
  assert.deepEqual(new Set(codes(ofType("warcinfo"))), new Set(["field-not-allowed", "content-type-unusual"]));
});

test("several concurrent records may be named", () => {
  const more: Fields = [...sound, ["WARC-Concurrent-To", "<urn:uuid:1>"], ["WARC-Concurrent-To", "<urn:uuid:2>"]];
  assert.deepEqual(codes(more), []);
});

test("a continuation is sound from segment 2 on, and needs no media type", () => {
  const fields: Fields = [
    ...sound.filter(([name]) => !["WARC-Type", "WARC-IP-Address", "Content-Type"].includes(name)),
    ["WARC-Type", "continuation"],
    ["WARC-Segment-Origin-ID", "<urn:uuid:ff728363-2d5f-4f5f-b832-9552de1a6037>"],
  ];
  assert.deepEqual(codes([...fields, ["WARC-Segment-Number", "2"]]), []);
  assert.deepEqual(codes([...fields, ["WARC-Segment-Number", "1"]]), ["segment-number"]);
});

test("a header of ten thousand wrong lines gives no more than 32 problems", () => {
  assert.equal(
    diagnose(
      Array.from({ length: 10_000 }, () => ["WARC-Date", "x"] as const),
      0,
    ).length,
    32,
  );
});

test("an unknown version and a line without a colon are problems of the record", async () => {
  const { records } = await readBack(
    Buffer.from(handWritten(["WARC-Type: resource", "what", "Content-Length: 0"], "", "WARC/2.0")),
  );
  const found = new Set(records[0]?.problems.map(({ code }) => code));
  assert.ok(found.has("version-unknown") && found.has("header-line"));
});

const malformed: readonly (readonly [title: string, text: string, reason: string])[] = [
  [
    "a version with letters",
    "WARC/x.x\r\nWARC-Type: resource\r\nContent-Length: 0\r\n\r\n\r\n\r\n",
    "header-malformed",
  ],
  ["a version of three numbers", "WARC/1.0.1\r\n", "header-malformed"],
  ["a file that ends in its version line", "WARC/1.0\r\n", "truncated"],
  ["a torn magic word", "WARC", "truncated"],
  ["no Content-Length", handWritten(["WARC-Type: resource"]), "header-malformed"],
  [
    "a Content-Length in words",
    handWritten(["WARC-Type: resource", "Content-Length: very lengthy"]),
    "header-malformed",
  ],
  ["a negative Content-Length", handWritten(["WARC-Type: resource", "Content-Length: -1"]), "header-malformed"],
  [
    "a Content-Length beyond all bounds",
    handWritten(["WARC-Type: resource", `Content-Length: ${"9".repeat(40)}`]),
    "header-malformed",
  ],
  ["a header without a version", "WARC-Type: resource\r\nContent-Length: 0\r\n\r\n", "not-archive"],
];
for (const [title, text, reason] of malformed) {
  test(`${title} makes the record a loss, ${reason}`, async () => {
    const { records, losses } = await readBack(Buffer.from(text));
    assert.deepEqual(records, []);
    assert.deepEqual(
      losses.map((loss) => [loss.reason, loss.length]),
      [[reason, text.length]],
    );
  });
}

test("a block that ends without its two CRLFs is read and reported", async () => {
  const text = handWritten(["WARC-Type: resource", "Content-Length: 2"], "ok");
  const back = await readBack(Buffer.from(text.replace(/ok\r\n\r\n$/, "ok\n") + text));
  assert.deepEqual(
    back.records.map(({ problems }) => problems.some(({ code }) => code === "terminator")),
    [true, false],
  );
  assert.deepEqual(back.losses, []);
});
