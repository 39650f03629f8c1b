import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";

import { captureIdOf } from "../../../src/core/capture-id.ts";
import { captureFields, documentFields, type Fields } from "../../../src/core/document-fields.ts";
import { openPartitions, type Partitions } from "../../../src/ledger/partitions.ts";
import type { ManifestRow } from "../../../src/manifest/manifest-row.ts";
import { rowsChecked, valuesChecked, type ForgeryFound } from "../../../src/manifest/verify/row-checks.ts";
import { verifyManifest, type VerifyOptions } from "../../../src/manifest/verify/verify.ts";
import { loadStages } from "../../../src/measure/stages.ts";
import { askingLedgers } from "../../../src/pipeline/published.ts";
import { rederiver } from "../../../src/pipeline/rederive.ts";
import { gzipMember, recordUrn } from "../../../src/warc/write.ts";
import { pageHtml, responseMember, sentences } from "../../fixtures/archive-of-pages.ts";
import { forge, headIn, rowsIn, type Forgery } from "../../fixtures/forge-manifest.ts";
import { http, record } from "../../fixtures/response-record.ts";
import { runColophon, temporaryFolder } from "../../fixtures/run-colophon.ts";

const folder = temporaryFolder();
const archive = join(folder.path, "pages.warc.gz");
const corpus = join(folder.path, "corpus");
const stages = loadStages();
let ledgers: Partitions = { all: [], [Symbol.dispose]: () => undefined };
/** Rows of another manifest over the same archive and ledger: one that keeps whatever there is. */
let all: readonly ManifestRow[] = [];

const policyPath = join(corpus, "policy.yaml");
const example = readFileSync("schemas/examples/policy.yaml", "utf8").replace("truncated: refuse", "truncated: keep");
const keepsAll = example
  .replace("duplicates: keep-one", "duplicates: keep-all")
  .replace("refuse: [tdm, ai, train-ai, crawl]", "refuse: []");

/** A page that may not be shown from a cache, which no policy here minds, and what else its head says. */
function page(seed: number, licence: string, more = ""): string {
  return pageHtml(seed)
    .replace("licenses/by/", `licenses/${licence}/`)
    .replace("</head>", `<meta name="robots" content="noarchive">${more}</head>`);
}

/** An exchange that is no document, whose head names a licence, and the text that a tool made of it. */
function madeOfPdf(url: string): Buffer[] {
  const head = `200 OK\r\nContent-Type: application/pdf\r\nLink: <https://creativecommons.org/licenses/by/4.0/>; rel="license"`;
  const [pdf, text] = [recordUrn("f1".repeat(32)), recordUrn("f2".repeat(32))];
  const refersTo = { id: pdf, url, dateMs: 0 };
  return [
    gzipMember(record({ id: pdf, url }, http(head, "%PDF"))),
    gzipMember(record({ id: text, url, type: "conversion", contentType: "text/plain", refersTo }, sentences(7, 12))),
  ];
}

before(async () => {
  // Two texts with a stricter copy each, one alone, and one whose publisher refuses its use.
  const pages = [1, 2].flatMap((seed) => [
    responseMember(`https://one.example/${seed}`, page(seed, "by")),
    responseMember(`https://two.example/${seed}`, page(seed, "by-sa")),
  ]);
  const refused = page(4, "by", '<meta name="tdm-reservation" content="1">');
  pages.push(responseMember("https://one.example/3", page(3, "by")), responseMember("https://no.example/", refused));
  // A site that speaks for all its pages, and a text whose licence the exchange states that it was made of.
  const robots = "User-agent: *\nContent-Signal: search=yes\nAllow: /\n";
  pages.push(responseMember("https://one.example/robots.txt", robots), ...madeOfPdf("https://one.example/made"));
  writeFileSync(archive, Buffer.concat(pages));
  mkdirSync(corpus);
  writeFileSync(policyPath, keepsAll);
  await succeeds("ingest", archive, "--corpus", corpus);
  all = rowsIn(join(corpus, "manifest"));
  assert.equal(all.length, 7);
  writeFileSync(policyPath, example);
  await succeeds("publish", "--corpus", corpus);
  assert.equal(rowsIn(join(corpus, "manifest")).length, 4);
  ledgers = openPartitions([join(corpus, "ledger.sqlite")], { mode: "read" });
});
after(() => {
  ledgers[Symbol.dispose]();
  folder[Symbol.dispose]();
});

async function succeeds(...args: readonly string[]): Promise<void> {
  const { status, out, err } = await runColophon(...args);
  assert.equal(status, 0, out + err);
}

/** What is found of a forgery, with the archives, with the ledger, and by the manifest alone. */
async function foundIn(directory: string, root?: string): Promise<Record<keyof ForgeryFound, readonly string[]>> {
  using archives = rederiver(() => [archive], stages, new AbortController().signal);
  const { inspect, rederive } = archives;
  const pinned = root === undefined ? {} : { root };
  const kinds = async (options: VerifyOptions): Promise<readonly string[]> => {
    const { disagreements } = await verifyManifest(directory, { ...options, ...pinned });
    return [...new Set(disagreements.map(({ what }) => what))];
  };
  return {
    archives: await kinds({ inspect, rederive }),
    ledger: await kinds({ ledger: askingLedgers(ledgers.all) }),
    alone: await kinds({}),
  };
}

let forgeries = 0;

function forged(forgery: Forgery): string {
  const directory = join(folder.path, `forged-${forgeries++}`);
  cpSync(join(corpus, "manifest"), directory, { recursive: true });
  forge(directory, forgery);
  return directory;
}

/** Each way must name the forgery by the finding of the table; one that the table gives to no way must not be found. */
async function assertFound(what: string, forgery: Forgery, expected: ForgeryFound): Promise<void> {
  const found = await foundIn(forged(forgery));
  const words = `${what}: ${JSON.stringify(found)}`;
  for (const way of ["archives", "ledger", "alone"] as const) {
    const finding = expected[way];
    if (finding !== null) assert.ok(found[way].includes(finding), `${way}, ${words}`);
    else assert.deepEqual(found[way], expected.alone === null ? [] : found.alone, `${way}, ${words}`);
  }
  const pinned = await foundIn(forged(forgery), headIn(join(corpus, "manifest")).root);
  assert.ok(pinned.alone.includes("root-given"), what);
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

interface Schema {
  readonly $ref?: string;
  readonly oneOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const rowSchema = JSON.parse(readFileSync("schemas/document-row.schema.json", "utf8")) as Schema & {
  readonly $defs: Readonly<Record<string, Schema>>;
};

function resolved(schema: Schema): Schema {
  const named = schema.$ref === undefined ? undefined : rowSchema.$defs[schema.$ref.slice("#/$defs/".length)];
  const object = schema.oneOf?.find(({ properties }) => properties !== undefined);
  return named ?? object ?? schema;
}

/** Every value that the schema of rows describes, by its path, with its own schema. */
function valuesOf(schema: Schema, path = ""): (readonly [path: string, schema: Schema])[] {
  const { items, properties } = resolved(schema);
  if (items !== undefined) return valuesOf(items, `${path}[]`);
  if (properties === undefined) return [[path, resolved(schema)]];
  return Object.entries(properties).flatMap(([name, member]) =>
    valuesOf(member, path === "" ? name : `${path}.${name}`),
  );
}

/** The row with another value at a path, in every item of a list. */
function changedAt(value: Json, [name = "", ...rest]: readonly string[], change: (value: Json) => Json): Json {
  if (name === "") return change(value);
  if (name === "[]") return (value as readonly Json[]).map((item) => changedAt(item, rest, change));
  if (value === null) return null;
  const members = value as { readonly [member: string]: Json };
  return { ...members, [name]: changedAt(members[name] ?? null, rest, change) };
}

/** Forgeries that the policy of the corpus, or the rest of the row, does not give away. */
const plausible: Readonly<Record<string, (value: Json, row: ManifestRow) => Json>> = {
  "archive.length": (value) => Number(value) - 1,
  "licence.id": () => "CC-BY-3.0",
  "language.score": (value) => (Number(value) + 1) / 2,
  measurements: (value) => ({ ...(value as object), "gopher/word-count": 151 }),
  // A page that is none any more is found by the policy.
  "inherited.captures[].relation": (value) => (value === "site" ? "newer" : value),
  "inherited.licence.id": () => "CC-BY-3.0",
  "cluster.id": (_, { cluster }) => cluster?.alsoAt[0]?.id ?? null,
  "cluster.alsoAt[].licence": () => "CC-BY-NC-4.0",
  "text.shard": () => "text/00001.jsonl.zst",
  "text.index": (value) => Number(value) + 1000,
};

function another(value: Json, { type, enum: words, pattern }: Schema): Json {
  if (words !== undefined) {
    const other = words.find((word) => word !== value && word !== "n");
    return other === undefined ? assert.fail("one word only") : other;
  }
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (type === "integer" || (value === null && type?.includes("integer") === true)) return 203;
  if (pattern?.startsWith("^[+-]?") === true) return "1999-01-01T00:00:00.000Z";
  if (typeof value === "string" && pattern?.startsWith("^[0-9a-f]") === true)
    return value.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
  return "forged";
}

function forgedAt(path: string, schema: Schema): (row: ManifestRow) => ManifestRow {
  const steps = path.replaceAll("[]", ".[]").split(".");
  return (row) =>
    changedAt(
      row as unknown as Json, // what JSON was read into
      steps,
      (value) => plausible[path]?.(value, row) ?? another(value, schema),
    ) as unknown as ManifestRow; // the same with one value of its schema changed
}

suite("what a forger changes in all rows, with every digest, sum and the root made to agree", () => {
  test("is nothing as long as nothing is changed", async () => {
    assert.deepEqual(await foundIn(forged({})), { archives: [], ledger: [], alone: [] });
  });

  const values = valuesOf(rowSchema);

  test("can be any value that the schema describes, and the table says of each how it is found", () => {
    assert.deepEqual(values.map(([path]) => path).toSorted(), Object.keys(valuesChecked).toSorted());
    const published = Object.values<Fields[string]>({ ...captureFields, ...documentFields }).map(
      (field) => field.published,
    );
    for (const path of published) assert.ok(path === undefined || path in valuesChecked, path);
  });

  for (const [path, schema] of values) {
    test(`is found as the table says when it is ${path}`, async () => {
      const rows = rowsIn(join(corpus, "manifest"));
      const change = forgedAt(path, schema);
      assert.ok(
        rows.some((row) => JSON.stringify(change(row)) !== JSON.stringify(row)),
        "nothing was forged",
      );
      await assertFound(path, { rows: (old) => old.map(change) }, valuesChecked[path as keyof typeof valuesChecked]);
    });
  }
});

suite("a forger who changes which rows there are, with every digest, sum and the root made to agree", () => {
  const kept = (): readonly ManifestRow[] => rowsIn(join(corpus, "manifest"));
  const alone = (row: ManifestRow): boolean => row.cluster === null;

  const placedAt = (row: ManifestRow, index: number): ManifestRow => ({ ...row, text: { ...row.text, index } });

  /** Puts rows in, with their texts, at the place that they must have. */
  function withMore(added: readonly ManifestRow[], textOf: (row: ManifestRow) => string): Forgery {
    const ids = [...kept(), ...added].map(({ id }) => id).toSorted();
    return {
      rows: (rows) => [...rows, ...added].map((row) => placedAt(row, ids.indexOf(row.id))),
      texts: (lines) =>
        [...lines, ...added.map((row) => JSON.stringify({ id: row.id, text: textOf(row) }))].toSorted((a, b) =>
          a.slice(7, 39) < b.slice(7, 39) ? -1 : 1,
        ),
    };
  }

  /** A row of the manifest that keeps all, with the text that it has there. */
  function ofAll(url: string): Forgery {
    const row = all.find((one) => one.url === url) ?? assert.fail(url);
    return withMore([row], () => textsOfAll.get(row.id) ?? assert.fail(row.id));
  }

  const textsOfAll = new Map<string, string>();
  before(async () => {
    writeFileSync(policyPath, keepsAll);
    await succeeds("publish", "--corpus", corpus);
    const { manifestTexts } = await import("../../../src/manifest/read-manifest.ts");
    for await (const { id, text } of manifestTexts(join(corpus, "manifest"))) textsOfAll.set(id, text);
    writeFileSync(policyPath, example);
    await succeeds("publish", "--corpus", corpus);
  });

  const changes: Readonly<Record<keyof typeof rowsChecked, () => Forgery>> = {
    "a document left out": () => {
      const without = kept().find(alone)?.id ?? assert.fail("no document is alone");
      const indexes = kept()
        .map(({ id }) => id)
        .filter((id) => id !== without);
      return {
        rows: (rows) => rows.filter(({ id }) => id !== without).map((row) => placedAt(row, indexes.indexOf(row.id))),
        texts: (lines) => lines.filter((line) => !line.includes(without)),
      };
    },
    "a document made up": () => {
      const row = kept().find(alone) ?? assert.fail("no document is alone");
      const place = { ...row.archive, offset: row.archive.offset + 1 };
      const id = captureIdOf(place.sha256, place.offset, 0);
      return withMore(
        [{ ...row, id, archive: { ...place, length: 9 } }],
        () => textsOfAll.get(row.id) ?? assert.fail(row.id),
      );
    },
    "a document that the policy refuses put in": () => ofAll("https://no.example/"),
    "a second copy of a text put in": () => ofAll("https://two.example/1"),
  };
  for (const [what, expected] of Object.entries(rowsChecked)) {
    test(`is found as the table says with ${what}`, async () => {
      await assertFound(what, changes[what as keyof typeof rowsChecked](), expected);
    });
  }
});
