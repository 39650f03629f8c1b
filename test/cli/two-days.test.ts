import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { zstdDecompressSync } from "node:zlib";

import { answersItself, loopbackWeb, type LoopbackWeb } from "../crawl/loopback-web.ts";
import { sentences } from "../fixtures/archive-of-pages.ts";
import { runColophon, temporaryFolder } from "../fixtures/run-colophon.ts";

/** A page or file as it is on one day; left out: as on the day before, or openly licensed. */
interface Served {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly head?: string;
  readonly licence?: string;
  /** Ends the text. */
  readonly words?: string;
  /** The page whose text it has. */
  readonly sameAs?: string;
  /** The body itself. */
  readonly body?: string;
}

interface Case {
  readonly url: string;
  readonly first: Served | null;
  readonly second: Served | null;
  /** Reasons against each version of the page, oldest first, after the second day; none: it is kept. */
  readonly versions: readonly (readonly string[])[];
}

const by4 = "https://creativecommons.org/licenses/by/4.0/";
const byNc4 = "https://creativecommons.org/licenses/by-nc/4.0/";
const meta = (name: string, content: string): Served => ({ head: `<meta name="${name}" content="${content}">` });

/** Pages that change by themselves. */
const pageCases: readonly Case[] = [
  { url: "pages.test/same", first: {}, second: {}, versions: [[]] },
  { url: "pages.test/new", first: null, second: {}, versions: [[]] },
  {
    url: "pages.test/corrected",
    first: {},
    second: { words: "Thus it was put right." },
    versions: [["superseded", "duplicate"], []],
  },
  {
    url: "pages.test/tightened",
    first: {},
    second: { licence: byNc4 },
    versions: [["superseded", "licence:CC-BY-NC-4.0"], ["licence:CC-BY-NC-4.0"]],
  },
  { url: "pages.test/missing", first: {}, second: null, versions: [["gone"]] },
  { url: "pages.test/withdrawn", first: {}, second: { status: 410, body: "gone" }, versions: [["gone"]] },
  {
    url: "pages.test/moved",
    first: {},
    second: { status: 301, headers: { location: "/moved-to" }, body: "" },
    versions: [["moved", "duplicate"]],
  },
  {
    url: "pages.test/noai-header",
    first: {},
    second: { headers: { "x-robots-tag": "noai" } },
    versions: [["signal:x-robots-tag:ai"]],
  },
  {
    url: "pages.test/noai-304",
    first: { headers: { etag: '"1"' } },
    second: { headers: { etag: '"1"', "x-robots-tag": "noai" } },
    versions: [["signal:x-robots-tag:ai"]],
  },
  {
    url: "pages.test/usage-header",
    first: {},
    second: { headers: { "content-usage": "train-ai=n" } },
    versions: [["signal:content-usage:train-ai"]],
  },
  {
    url: "pages.test/tdm-header",
    first: {},
    second: { headers: { "tdm-reservation": "1" } },
    versions: [["signal:tdm-reservation:tdm"]],
  },
  {
    url: "pages.test/noai-meta",
    first: {},
    second: meta("robots", "noai, noimageai"),
    versions: [["superseded", "signal:meta-robots:ai"], ["signal:meta-robots:ai"]],
  },
  {
    url: "pages.test/tdm-meta",
    first: {},
    second: meta("tdm-reservation", "1"),
    versions: [["superseded", "signal:tdm-reservation:tdm"], ["signal:tdm-reservation:tdm"]],
  },
];

/** Sites that change what they say for all their pages; the pages stay as they are. */
const siteCases: readonly (readonly [host: string, path: string, text: string, reasons: readonly string[]])[] = [
  ["gptbot.test", "/robots.txt", "User-agent: GPTBot\nDisallow: /\n", ["signal:robots-txt:ai"]],
  [
    "signal.test",
    "/robots.txt",
    "User-agent: *\nContent-Signal: search=yes, ai-train=no\nAllow: /\n",
    ["signal:content-signal:train-ai"],
  ],
  [
    "usage.test",
    "/robots.txt",
    "User-agent: *\nContent-Usage: train-ai=n\nAllow: /\n",
    ["signal:content-usage:train-ai"],
  ],
  ["tdmrep.test", "/.well-known/tdmrep.json", '[{"location":"/","tdm-reservation":1}]', ["signal:tdmrep:tdm"]],
  ["closed.test", "/robots.txt", "User-agent: *\nDisallow: /\n", ["signal:robots-txt:crawl"]],
  ["other.test", "/robots.txt", "User-agent: OtherBot\nDisallow: /\n", []],
];

const cases: readonly Case[] = [
  ...pageCases,
  { url: "pages.test/moved-to", first: null, second: { sameAs: "pages.test/moved" }, versions: [[]] },
  ...siteCases.map(([host, , , reasons]) => ({ url: `${host}/page`, first: {}, second: {}, versions: [reasons] })),
];
const addresses = cases.map(({ url }) => url);
const caseOf = new Map(cases.map((one) => [one.url, one]));
const files = new Map(siteCases.map(([host, path, text]) => [host + path, text]));

function htmlOf(asked: string, { head = "", licence = by4, words = "", sameAs: url = asked }: Served): string {
  const seed = 50 * (1 + addresses.indexOf(url));
  return `<!doctype html><html lang="en"><head><title>${url}</title>${head}<link rel="license" href="${licence}"></head><body><main><p>${sentences(seed, 30)} ${words}</p></main></body></html>`;
}

interface TwoDays extends LoopbackWeb {
  day: "first" | "second";
}

async function twoDays(): Promise<TwoDays> {
  const web = await loopbackWeb((url, request, response) => {
    const file = days.day === "second" ? files.get(url) : undefined;
    const page = caseOf.get(url)?.[days.day];
    if (url === "pages.test/") return links(days.day);
    const served = file === undefined ? page : { body: file };
    if (served === undefined || served === null) return null;
    const { status = 200, headers = {}, body = htmlOf(url, served) } = served;
    const isKnown = headers["etag"] !== undefined && request.headers["if-none-match"] === headers["etag"];
    response
      .writeHead(isKnown ? 304 : status, { "content-type": "text/html", ...headers })
      .end(isKnown ? undefined : body);
    return answersItself(response);
  });
  const days: TwoDays = Object.assign(web, { day: "first" as const });
  return days;
}

/** Leads to all pages of the day; too short to be kept itself. */
function links(day: "first" | "second"): string {
  const there = cases.filter((one) => one[day] !== null && !one.url.endsWith("moved-to"));
  return there.map(({ url }) => `<a href="http://${url}">page</a>`).join(" ");
}

interface Version {
  readonly url: string;
  readonly reasons: readonly string[];
}

suite("a small web on two days", () => {
  const folder = temporaryFolder();
  const corpus = join(folder.path, "corpus");
  const keptOn: Record<string, string[]> = {};
  let web: TwoDays;
  let versions: readonly Version[] = [];
  let recrawl: unknown = null;
  let words = "";

  before(async () => {
    web = await twoDays();
    const args = ["crawl", "http://pages.test/", "--scope", "domain:test", "--corpus", corpus, "--delay", "0"];
    const all = [...args, "--allow-private", "--connect-to", web.connectTo];
    const first = await runColophon(...all);
    assert.equal(first.status, 0, first.err);
    keptOn["first"] = keptUrls();
    web.day = "second";
    const second = await runColophon(...all, "--recrawl", "0", "--no-ingest", "--json");
    assert.equal(second.status, 0, second.err);
    ({ recrawl } = (JSON.parse(second.out) as { crawl: { recrawl: unknown } }).crawl);
    const rest = await runColophon(...all, "--recrawl", "1");
    assert.equal(rest.status, 0, rest.err);
    words = rest.out;
    keptOn["second"] = keptUrls();
    versions = await versionsIn();
  });
  after(async () => {
    await web[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  function keptUrls(): string[] {
    const rows = zstdDecompressSync(readFileSync(join(corpus, "manifest", "documents.jsonl.zst")))
      .toString()
      .trim()
      .split("\n");
    return rows.map((row) => (JSON.parse(row) as { url: string }).url).toSorted();
  }

  async function versionsIn(): Promise<Version[]> {
    const sql =
      "SELECT c.url, d.reasons FROM decisions d JOIN captures c ON c.key = d.key ORDER BY c.url, c.captured_at";
    const { out } = await runColophon("query", sql, "--corpus", corpus, "--json");
    const rows = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { url: string; reasons: string });
    return rows.map(({ url, reasons }) => ({ url, reasons: JSON.parse(reasons) as string[] }));
  }

  test("are all kept on the first", () => {
    const there = cases.filter(({ first }) => first !== null).map(({ url }) => `http://${url}`);
    assert.deepEqual(keptOn["first"], there.toSorted());
  });

  for (const { url, versions: expected } of cases) {
    test(`are judged on the second by what is true then: ${url}`, () => {
      const found = versions.filter((one) => one.url === `http://${url}`).map(({ reasons }) => reasons);
      assert.deepEqual(found, expected);
    });
  }

  test("are in the second manifest only where no reason stands against the newest version", () => {
    const kept = cases.filter((one) => one.versions.at(-1)?.length === 0).map(({ url }) => `http://${url}`);
    assert.deepEqual(keptOn["second"], kept.toSorted());
  });

  test("have a second manifest that verifies against its archives and its ledger", async () => {
    const verified = await runColophon("verify", corpus);
    assert.equal(verified.status, 0, verified.out);
  });

  test("are counted at the end of the second crawl as the ledger judges them", () => {
    const refused = cases.filter((one) => one.versions.at(-1)?.some((reason) => reason.startsWith("signal:")) === true);
    const changed = ["corrected", "tightened", "moved", "noai-meta", "tdm-meta", ""].length;
    const due = cases.filter(({ first }) => first !== null).length + 1;
    assert.deepEqual(recrawl, {
      due,
      changed,
      unchanged: due - changed - 3,
      gone: 2,
      // That of the site that lets nobody in any more.
      refused: 1,
      failed: 0,
      optedOut: refused.length,
      added: 2,
    });
    assert.match(words, /Again +0 pages were due/);
  });
});
