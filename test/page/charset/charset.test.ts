import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { charsetOf, decode } from "../../../src/page/charset/charset.ts";

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");
const cases: readonly {
  readonly name: string;
  readonly bytes: string;
  readonly header?: string;
  readonly is: string;
}[] = [
  {
    name: "a byte order mark wins over the header",
    bytes: "\xef\xbb\xbfa",
    header: "text/html; charset=koi8-r",
    is: "utf-8 bom",
  },
  { name: "a UTF-16 mark is one", bytes: "\xff\xfea\0", is: "utf-16le bom" },
  {
    name: "the header wins over the page",
    bytes: "<meta charset=koi8-r>",
    header: 'text/html; Charset="Shift_JIS"',
    is: "shift_jis header",
  },
  {
    name: "an unknown label in the header leaves it to the page",
    bytes: "<meta charset=koi8-r>",
    header: "text/html; charset=nonsense",
    is: "koi8-r meta",
  },
  { name: "labels are resolved as the standard has them", bytes: "<meta charset=' Latin1 '>", is: "windows-1252 meta" },
  {
    name: "a pragma declares",
    bytes: `<META content="text/html; charset = 'euc-jp'" Http-Equiv=Content-Type>`,
    is: "euc-jp meta",
  },
  { name: "content without a pragma does not", bytes: `<meta name=x content="charset=euc-jp">a`, is: "utf-8 guess" },
  { name: "UTF-16 in a meta means UTF-8", bytes: "<meta charset=utf-16be>\xe9", is: "utf-8 meta" },
  {
    name: "x-user-defined in a meta means windows-1252",
    bytes: "<meta charset=x-user-defined>",
    is: "windows-1252 meta",
  },
  { name: "a meta in a comment does not count", bytes: "<!-- <meta charset=koi8-r> -->a", is: "utf-8 guess" },
  { name: "a comment can be as short as can be", bytes: "<!--><meta charset=koi8-r>", is: "koi8-r meta" },
  { name: "a meta inside an attribute does not count", bytes: `<p title="<meta charset=koi8-r>">`, is: "utf-8 guess" },
  { name: "the first of two attributes counts", bytes: "<meta charset=koi8-r charset=big5>", is: "koi8-r meta" },
  { name: "a tag that only starts with meta does not count", bytes: "<metal charset=koi8-r>", is: "utf-8 guess" },
  {
    name: "a declaration across byte 1,024 does not count",
    bytes: `${" ".repeat(1010)}<meta charset=koi8-r>`,
    is: "utf-8 guess",
  },
  { name: "valid UTF-8 is guessed", bytes: "\xc3\xa9", is: "utf-8 guess" },
  { name: "what is not valid UTF-8 is windows-1252", bytes: "caf\xe9", is: "windows-1252 guess" },
  { name: "no bytes at all are UTF-8", bytes: "", is: "utf-8 guess" },
];
for (const { name, bytes, header = null, is } of cases) {
  test(name, () => {
    const { name, source } = charsetOf(bytesOf(bytes), header, "html");
    assert.equal(`${name} ${source}`, is);
  });
}

test("plain text declares nothing inside itself", () => {
  assert.equal(charsetOf(bytesOf("<meta charset=koi8-r>"), null, "text").source, "guess");
});

test("windows-1252 has its own signs where ISO 8859-1 has controls", () => {
  assert.equal(decode(bytesOf("\x80\x93a\x94"), { name: "windows-1252", source: "guess" }), "€“a”");
});

test("a byte order mark is no text, and bytes that decode to nothing show as U+FFFD", () => {
  assert.equal(decode(bytesOf("\xef\xbb\xbfa\xff"), { name: "utf-8", source: "bom" }), "a\ufffd");
});

test("ASCII escapes of ISO-2022-JP are decoded", () => {
  assert.equal(decode(bytesOf('\x1b$B$"\x1b(B'), { name: "iso-2022-jp", source: "meta" }), "あ");
});

test("any bytes with any header are decoded without a throw", () => {
  const header = fc.option(
    fc
      .constantFrom("utf-8", "utf-16", "iso-2022-jp", "gb18030", "replacement", "x-user-defined", "\0", "é")
      .map((label) => `text/html;charset=${label}`),
  );
  const start = fc.constantFrom(
    "",
    "<meta charset=",
    "<meta ",
    "<!--",
    "\xff\xfe",
    "<meta http-equiv=content-type content='charset=",
  );
  fc.assert(
    fc.property(start, fc.uint8Array({ maxLength: 300 }), header, (start, rest, header) => {
      const bytes = Buffer.concat([bytesOf(start), rest]);
      assert.equal(typeof decode(bytes, charsetOf(bytes, header, "html")), "string");
    }),
  );
});
