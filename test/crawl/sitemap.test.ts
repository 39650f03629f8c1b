import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { gzipSync } from "node:zlib";

import * as fc from "fast-check";

import { sitemapLimits, sitemapOf } from "../../src/crawl/sitemap.ts";
import type { Sitemap } from "../../src/crawl/sitemap.ts";

const schema = `xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"`;
const urlset = (inside: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<urlset ${schema}>${inside}</urlset>`;
const read = (text: string): Promise<Sitemap> => sitemapOf(Buffer.from(text));

const documents = [
  {
    name: "pages are listed in order",
    text: urlset("<url><loc>http://h/1</loc><lastmod>2024-01-01</lastmod></url><url><loc>http://h/2</loc></url>"),
    kind: "pages",
    addresses: ["http://h/1", "http://h/2"],
  },
  {
    name: "an index lists sitemaps",
    text: `<sitemapindex ${schema}><sitemap><loc>http://h/1.xml</loc></sitemap></sitemapindex>`,
    kind: "index",
    addresses: ["http://h/1.xml"],
  },
  {
    name: "entities and white space are read",
    text: urlset("<url><loc>\n http://h/?a=1&amp;b=&#x41;&#66;&lt;&unknown; </loc></url>"),
    kind: "pages",
    addresses: ["http://h/?a=1&b=AB<&unknown;"],
  },
  {
    name: "CDATA is literal",
    text: urlset("<url><loc><![CDATA[http://h/?a=1&b=&amp;]]></loc></url>"),
    kind: "pages",
    addresses: ["http://h/?a=1&b=&amp;"],
  },
  {
    name: "news, images, videos and other languages are passed over",
    text: urlset(
      `<url><loc>http://h/1</loc><xhtml:link rel="alternate" hreflang="de" href="http://h/de"/><image:image><image:loc>http://h/i.png</image:loc></image:image><news:news><news:title>T &amp; T</news:title></news:news></url>`,
    ),
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "the prefix of the root is the sitemap's own",
    text: `<sm:urlset xmlns:sm="x"><sm:url><sm:loc>http://h/1</sm:loc><loc>http://h/no</loc></sm:url></sm:urlset>`,
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "comments and instructions hold nothing",
    text: urlset(
      "<!-- <url><loc>http://h/no</loc></url> --><?x <loc>http://h/no</loc>?><url><loc>http://h/1</loc></url>",
    ),
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "a document type is passed over, brackets and quotes and all",
    text: `<!DOCTYPE urlset [<!-- don't > --><!ENTITY a "]>"><!ELEMENT x (y)>]>${urlset("<url><loc>http://h/&a;</loc></url>")}`,
    kind: "pages",
    addresses: ["http://h/&a;"],
  },
  {
    name: "tags that are never closed do no harm",
    text: urlset("<url><loc>http://h/1<loc>http://h/2</loc><url><loc>http://h/3</loc>"),
    kind: "pages",
    addresses: ["http://h/2", "http://h/3"],
  },
  {
    name: "a document that breaks off gives what it had",
    text: urlset("<url><loc>http://h/1</loc></url><url><loc>http://h/").slice(0, -9),
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "a byte order mark is no text",
    text: `\ufeff${urlset("<url><loc>http://h/1</loc></url>")}`,
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "a line is an address in a text",
    text: "http://h/1\r\n\n  https://h/2 \nhttp://h/3",
    kind: "text",
    addresses: ["http://h/1", "https://h/2", "http://h/3"],
  },
  {
    name: "an RSS feed lists its items' links",
    text: `<rss><channel><link>http://h/</link><item><title>x</title><link>http://h/1</link><guid>http://h/g</guid></item><item><guid>http://h/2</guid></item><item><guid isPermaLink="false">http://h/no</guid></item><item><guid>tag:x</guid></item></channel></rss>`,
    kind: "feed",
    addresses: ["http://h/1", "http://h/2"],
  },
  {
    name: "an RSS 1.0 feed does too",
    text: `<rdf:RDF><channel><link>http://h/</link></channel><item rdf:about="x"><link> http://h/1 </link><dc:date>2024</dc:date></item></rdf:RDF>`,
    kind: "feed",
    addresses: ["http://h/1"],
  },
  {
    name: "an Atom feed lists its entries' alternate links",
    text: `<feed><link href="http://h/"/><entry><link rel="edit" href="http://h/no"/><link rel='alternate' href='http://h/?a=1&amp;b'/></entry><entry><link href="http://h/2"></link></entry></feed>`,
    kind: "feed",
    addresses: ["http://h/?a=1&b", "http://h/2"],
  },
  {
    name: "enclosures and links of extensions are passed over",
    text: `<rss><item><enclosure url="http://h/no"/><atom:link href="http://h/no"/><link><![CDATA[http://h/1]]></link></item></rss>`,
    kind: "feed",
    addresses: ["http://h/1"],
  },
  {
    name: "an empty element lists nothing, and what follows it is no address",
    text: urlset("<url><loc/>http://h/no</url><url><loc>http://h/1</loc></url>"),
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "elements in entities that a document type declares are passed over",
    text: `<!DOCTYPE urlset [<!ENTITY a "<rss><item><link>http://h/no</link></item></rss>">]>${urlset("<url><loc>http://h/1</loc></url>")}`,
    kind: "pages",
    addresses: ["http://h/1"],
  },
  {
    name: "a web page is no sitemap",
    text: "<!doctype html><html><body><loc>http://h/</loc>",
    kind: "other",
    addresses: [],
  },
  { name: "text without an address is no sitemap", text: "Not found\n", kind: "other", addresses: [] },
  { name: "nothing is no sitemap", text: "", kind: "other", addresses: [] },
] as const;

suite("sitemapOf", () => {
  for (const { name, text, kind, addresses } of documents) {
    test(name, async () => {
      assert.deepEqual(await read(text), { kind, addresses, cut: null });
      assert.deepEqual(await sitemapOf(gzipSync(text)), { kind, addresses, cut: null });
    });
  }

  test("other encodings are read as they say", async () => {
    const text = urlset("<url><loc>http://h/é</loc></url>");
    assert.deepEqual((await sitemapOf(Buffer.from(`\ufeff${text}`, "utf16le"))).addresses, ["http://h/é"]);
    const latin = Buffer.from(text.replace("UTF-8", "iso-8859-1"), "latin1");
    assert.deepEqual((await sitemapOf(latin)).addresses, ["http://h/é"]);
    assert.deepEqual((await read(text.replace("UTF-8", "no-such"))).addresses, ["http://h/é"]);
  });

  test("the same is read wherever the chunks of a stream are cut", async () => {
    const all = documents.map(({ text }) => text);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), fc.nat(500), async (text, shift) => {
        // White space after the first element's bracket moves all that follows over the reader's boundary of 64 KiB.
        const at = text.indexOf(">", text.search(/<(?:\w+:)?(?:urlset|sitemapindex|rss|feed|RDF)/)) + 1;
        if (!text.startsWith("<") || at === 0) return;
        const space = " ".repeat(64 * 1024 - at - shift);
        assert.deepEqual(await read(text.slice(0, at) + space + text.slice(at)), await read(text));
      }),
      { numRuns: 500 },
    );
  });

  test("a sitemap of as many addresses as may be is whole, one more is cut off", async () => {
    const many = (count: number): string => urlset("<url><loc>http://h/</loc></url>".repeat(count));
    assert.partialDeepStrictEqual(await read(many(sitemapLimits.addresses)), { cut: null });
    const over = await read(many(sitemapLimits.addresses + 1));
    assert.deepEqual([over.addresses.length, over.cut], [sitemapLimits.addresses, "addresses"]);
  });

  test("a gzip stream of a gigabyte is read up to the bound only, and what came first is kept", async () => {
    // Members that follow each other are one stream: the gigabyte need not be packed whole.
    const blank = gzipSync(Buffer.alloc(16 << 20, " "));
    const bytes = Buffer.concat([
      gzipSync("<urlset><url><loc>http://h/1</loc></url>"),
      ...Array.from({ length: 64 }, () => blank),
      gzipSync("<url><loc>http://h/2</loc></url></urlset>"),
    ]);
    const before = process.memoryUsage.rss();
    assert.deepEqual(await sitemapOf(bytes), { kind: "pages", addresses: ["http://h/1"], cut: "bytes" });
    assert.ok(process.memoryUsage.rss() - before < 100 << 20, "the reader keeps what it reads");
  });

  test("a gzip stream that breaks off or is broken gives what came before", async () => {
    const packed = gzipSync(urlset("<url><loc>http://h/1</loc></url>".repeat(1000)));
    const short = await sitemapOf(packed.subarray(0, packed.length - 9));
    assert.equal(short.cut, "gzip");
    assert.equal((await sitemapOf(Buffer.from("\x1f\x8bnot gzip", "latin1"))).cut, "gzip");
  });

  test("entities that stand for each other stay as they are, and are as quick as text", async () => {
    const laughs = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`);
    const bomb = `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">${laughs.join("")}]>`;
    const { addresses } = await read(`${bomb}<urlset><url><loc>http://h/&l9;</loc></url></urlset>`);
    assert.deepEqual(addresses, ["http://h/&l9;"]);
    const external = `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>`;
    assert.deepEqual((await read(external)).addresses, ["&e;"]);
  });

  const bombs = [
    "<",
    "<a",
    "<a ",
    `<a b="`,
    "<!--",
    "<![CDATA[",
    "<!DOCTYPE [",
    "<?",
    "</",
    "&",
    "<loc>",
    "<loc>x",
    "<url>",
    "\n",
    "http://h/",
  ];
  test("a document of one thing over and over is read to its end", async () => {
    for (const bomb of bombs) {
      for (const root of ["<urlset>", "<rss><item><link>", "<feed><entry><link ", "x\n"]) {
        const { addresses } = await read(root + bomb.repeat(100_000));
        assert.ok(addresses.length <= sitemapLimits.addresses, root + bomb);
      }
    }
    const { addresses } = await read(`<feed><entry><link ${"x".repeat(8000)} href="http://h/1"/></entry>`.repeat(500));
    assert.equal(addresses.length, 500);
  });

  test("never throws, whatever the bytes", async () => {
    const part = fc.constantFrom(
      ...bombs,
      "<urlset>",
      "<rss>",
      "<item>",
      "<link>",
      "</link>",
      "</loc>",
      ">",
      "]]>",
      "-->",
      "]>",
      `"`,
      "\ufeff",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 30 }), async (parts) => {
        await read(parts.join(""));
      }),
      { numRuns: 500 },
    );
  });
});
