import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import * as fc from "fast-check";

import { xmlElements, xmlLimits } from "../../src/page/xml-elements.ts";

/** Events as XML-like words: `<name a=1`, text as it is, `/name`; texts that follow each other are one. */
function eventsOf(chunks: Iterable<string>): string[] {
  const events: string[] = [];
  let isText = false;
  const write = xmlElements({
    open(name, attributes) {
      events.push(["<", name, ...[...attributes].map(([key, value]) => ` ${key}=${value}`)].join(""));
      isText = false;
    },
    text(piece) {
      if (isText) events.push((events.pop() ?? "") + piece);
      else events.push(piece);
      isText = true;
    },
    close(name) {
      events.push(`/${name}`);
      isText = false;
    },
  });
  for (const chunk of chunks) write(chunk);
  return events;
}

const documents: readonly (readonly [title: string, xml: string, events: readonly string[]])[] = [
  ["names are as written, prefix and case and all", "<a:B c:D='1'></a:B>", ["<a:B c:D=1", "/a:B"]],
  ["an empty element is opened and closed", "<a/><b c='1'/>", ["<a", "/a", "<b c=1", "/b"]],
  ["an end tag may hold white space", "<a></a\n>", ["<a", "/a"]],
  ["the first of equal attributes counts", `<a b="1" b='2' c=3 d>`, ["<a b=1 c=3 d="]],
  [
    "the five entities and character references are resolved, in text and in values",
    `<a b="&lt;&#65;&x;&amp;amp;">&gt;&quot;&apos;&#x1F600;&nbsp;&lt</a>`,
    ["<a b=<A&x;&amp;", ">\"'😀&nbsp;&lt", "/a"],
  ],
  ["CDATA is text as it stands", "<a>x<![CDATA[<b>&amp;]]]]></a>", ["<a", "x<b>&amp;]]", "/a"]],
  ["a comment holds nothing", "<a><!-- <b> -- > --></a>", ["<a", "/a"]],
  ["an instruction holds nothing", "<?xml version='1.0'?><a><?x <b>?></a>", ["<a", "/a"]],
  ["brackets in values end no tag", `<a b=">" c='<d>'>`, ["<a b=> c=<d>"]],
  [
    "a document type without a subset is nothing",
    `<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd"><a>`,
    ["<a"],
  ],
  [
    "what a document type declares is passed over, elements inside of it too",
    `<!DOCTYPE a [<!ENTITY b "]"><!ENTITY c '<d><e/>f</d>'><?g ]?><!-- ] > -->%h; ] ><a>&c;</a>`,
    ["<a", "&c;", "/a"],
  ],
  [
    "brackets in the identifiers of a document type open no subset",
    `<!DOCTYPE a PUBLIC "-//W3C//DTD [1]//EN" "http://x/[a].dtd"><a>`,
    ["<a"],
  ],
  [
    "a document type ends where its brackets do, whatever its values hold",
    `<?xml version="1.0"?><!-- <a> --><!DOCTYPE a [<!ENTITY a "> <!-- "><!ATTLIST a b CDATA "x > <y z='">]><a>`,
    ["<a"],
  ],
  ["a long subset is passed over", `<!DOCTYPE a [<!ENTITY a "${"x".repeat(100_000)}">]><a>`, ["<a"]],
  [
    "what looks like a document type behind the root takes nothing with it",
    "<a><!DOCTYPE a [<b></b></a>",
    ["<a", "/b", "/a"],
  ],
  ["a subset that says nothing ends with its document type", "<!DOCTYPE a [ %b; ]><a>", ["<a"]],
  ["a subset without an end takes the rest", `<!DOCTYPE a [<!ENTITY b "c"><a><b/></a>`, []],
];

suite("xmlElements", () => {
  for (const [title, xml, events] of documents) {
    test(title, () => assert.deepEqual(eventsOf([xml]), events));
  }

  test("the same is read however a document is cut into chunks", () => {
    for (const [, xml, events] of documents) assert.deepEqual(eventsOf(xml), events, xml);
    const all = documents.map(([, xml]) => xml).filter((xml) => !xml.startsWith("<!DOCTYPE"));
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...all), { maxLength: 6 }),
        fc.infiniteStream(fc.nat(40)),
        (parts, sizes) => {
          const whole = parts.join("");
          const chunks: string[] = [];
          for (let at = 0; at < whole.length;) {
            const size = sizes.next().value ?? 1;
            chunks.push(whole.slice(at, at + size));
            at += size;
          }
          assert.deepEqual(eventsOf(chunks), eventsOf([whole]));
        },
      ),
    );
  });

  test("a section over many chunks is cut at the bound, and what follows is read", () => {
    const many = Array.from({ length: 500 }, () => "x".repeat(5000));
    const around = (start: string, end: string): string[] => eventsOf([start, ...many, `${end}<next>`]);
    const [, data = "", ...afterData] = around("<a><![CDATA[", "]]></a>");
    assert.ok(data.length <= xmlLimits.piece && data.length > xmlLimits.piece - 20, `${data.length} of CDATA`);
    assert.deepEqual(afterData, ["/a", "<next"]);
    const [opened = "", ...afterName] = around("<", ">");
    assert.ok(opened.length <= xmlLimits.piece && opened.startsWith("<xxx"), `${opened.length} of a name`);
    assert.deepEqual(afterName, ["<next"]);
    const [valued = "", ...afterValue] = around("<a b='", "'/>");
    assert.ok(valued.length < 2 * xmlLimits.piece && valued.startsWith("<a b=xxx"), `${valued.length} of a value`);
    assert.deepEqual(afterValue, ["/a", "<next"]);
    assert.deepEqual(around("<!--", "-->"), ["<next"]);
    assert.deepEqual(around("<?", "?>"), ["<next"]);
  });

  test("attributes over the bound are left out", () => {
    const written = Array.from({ length: xmlLimits.attributes + 5 }, (_, at) => `a${at}='1'`).join(" ");
    assert.equal(eventsOf([`<x ${written}>`])[0]?.split(" ").length, xmlLimits.attributes + 1);
  });

  test("memory does not grow with what is never closed", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (const start of ["<a><![CDATA[", "<!--", "<?", "<", "<a ", "<a b='", "<!DOCTYPE [", "<a>&#"]) {
      const write = xmlElements({ open: () => undefined, text: () => undefined, close: () => undefined });
      collect();
      const before = process.memoryUsage().heapUsed;
      write(start);
      for (let round = 0; round < 30; round += 1) write(`${round}`.repeat(1 << 16));
      collect();
      const grown = process.memoryUsage().heapUsed - before;
      assert.ok(grown < 1 << 20, `${start} keeps ${grown} bytes`);
      write("]]>");
    }
  });
});
