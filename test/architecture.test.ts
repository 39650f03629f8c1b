import assert from "node:assert/strict";
import { globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { posix } from "node:path";
import { suite, test } from "node:test";

const pureRooms = ["page", "language", "quality", "robots", "rights", "dedup", "policy"];
const acquiring = ["url", "fetch", "frontier", "crawl", "commoncrawl"];

const belowJobs = [
  "core",
  "async",
  "files",
  "telemetry",
  "schema",
  "warc",
  "redis",
  ...acquiring,
  ...pureRooms,
  "store",
  "segment",
  "ledger",
  "manifest",
  "measure",
  "queue",
];

/** The import law of docs/architecture.md. A room may import itself and the rooms listed here, and no other. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  async: ["core"],
  files: ["core"],
  url: ["core"],
  telemetry: ["core"],
  schema: ["core"],
  warc: ["core"],
  redis: ["core", "async"],
  fetch: ["core", "warc"],
  frontier: ["core", "async", "files", "redis", "url"],
  crawl: ["core", "async", "files", "redis", "url", "warc", "fetch", "robots", "frontier", "page", "rights"],
  commoncrawl: ["core", "async", "files", "url", "warc", "fetch"],
  ...Object.fromEntries(pureRooms.map((room) => [room, ["core"]])),
  rights: ["core", "robots"],
  store: ["core", "async", "files"],
  segment: ["core", "async", "files", "store", "dedup"],
  ledger: ["core", "schema", "files"],
  manifest: ["core", "async", "schema", "files", "rights", "policy"],
  measure: ["core", ...pureRooms, "warc", "segment"],
  queue: ["core", "async", "redis"],
  corpus: ["core", "schema", "files", "rights", "quality", "ledger", "manifest", "frontier"],
  jobs: belowJobs,
  pipeline: [...belowJobs, "corpus", "jobs"],
  workers: ["jobs"],
  cli: [
    "core",
    "async",
    "telemetry",
    "ledger",
    "manifest",
    "measure",
    "commoncrawl",
    "corpus",
    "jobs",
    "pipeline",
    "workers",
  ],
  // What other programs may import. Nothing of ours imports it.
  door: ["core", "warc", ...pureRooms, "measure", "manifest"],
  "index.ts": ["core", "door"],
};

/** Which rooms may name a package of `dependencies`: replacing a library touches these alone. */
const vendors: Readonly<Record<string, readonly string[]>> = {
  "@aws-sdk/client-s3": ["store"],
  "@bomb.sh/tab": ["cli"],
  ajv: ["schema"],
  "better-sqlite3": ["ledger", "frontier"],
  bullmq: ["queue"],
  "cli-progress": ["cli"],
  commander: ["cli"],
  "fasttext.wasm.js": ["measure"],
  htmlparser2: ["page"],
  hyparquet: ["commoncrawl"],
  ioredis: ["redis"],
  "lru-cache": ["dedup", "fetch", "crawl", "segment", "jobs"],
  pino: ["telemetry"],
  "prom-client": ["telemetry"],
  "structured-headers": ["rights"],
  tldts: ["url"],
  undici: ["fetch"],
  yaml: ["corpus"],
};

const pureFolders = new Set(["core", ...pureRooms]);

/** Node's modules that a pure folder may not use, and globals that read the clock, random numbers or the environment. */
const impure =
  /from "node:(?:fs|net|http|https|dns|child_process|worker_threads|os|process|cluster|tls|dgram)[/"]|\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bprocess\.|\bperformance\.now\b|\bfetch\(|\brandomUUID\b|\brandomBytes\b|\bsetTimeout\b/;

const files = globSync(["src/**/*.ts", "workers/*.ts"]).map((file) => file.replaceAll("\\", "/"));

const roomOf = (file: string): string => (file.startsWith("src/") ? (file.split("/")[1] ?? "") : "workers");

const importsOf = (source: string): string[] =>
  [...source.matchAll(/\b(?:from\s+|import\s+|import\s*\(\s*)"([^"]+)"/g)].map(([, target = ""]) => target);

const isOurs = (target: string): boolean => target.startsWith(".");
const packageOf = (target: string): string =>
  target
    .split("/")
    .slice(0, target.startsWith("@") ? 2 : 1)
    .join("/");

/** How a file breaks the law; empty when it does not. */
export function breaches(file: string, source: string): string[] {
  const from = roomOf(file);
  return importsOf(source).flatMap((target) => {
    const lawful = isOurs(target)
      ? isLawful(from, roomOf(posix.join(posix.dirname(file), target)))
      : target.startsWith("node:") || vendors[packageOf(target)]?.includes(from) === true;
    const to = isOurs(target) ? roomOf(posix.join(posix.dirname(file), target)) : packageOf(target);
    return lawful ? [] : [`${from} may not import ${to}`];
  });
}

function isLawful(from: string, to: string): boolean {
  return from === to || mayImport[from]?.includes(to) === true;
}

suite("the import law", () => {
  test("finds the files it is meant to judge, and a row for every room", () => {
    assert.ok(files.length > 300, `the glob found ${files.length} files: the test itself is broken`);
    assert.deepEqual([...new Set(files.map(roomOf))].toSorted(), Object.keys(mayImport).toSorted());
  });

  for (const from of Object.keys(mayImport)) {
    test(`sees every import out of ${from} that is not lawful, and none that is`, () => {
      const file = from === "workers" ? "workers/planted.ts" : `src/${from}/planted.ts`;
      const up = from === "workers" ? "../src" : "..";
      for (const to of Object.keys(mayImport)) {
        const target = to === "workers" ? (from === "workers" ? "./x.ts" : "../../workers/x.ts") : `${up}/${to}/x.ts`;
        const expected = isLawful(from, to) ? [] : [`${from} may not import ${to}`];
        assert.deepEqual(breaches(file, `import { x } from "${target}";`), expected);
        assert.deepEqual(breaches(file, `const x = await import("${target}");`), expected);
      }
      for (const [vendor, rooms] of Object.entries(vendors)) {
        const expected = rooms.includes(from) ? [] : [`${from} may not import ${vendor}`];
        assert.deepEqual(breaches(file, `import x from "${vendor}/part";`), expected);
      }
      assert.deepEqual(breaches(file, 'import x from "left-pad";'), [`${from} may not import left-pad`]);
    });
  }

  test("stands in docs/architecture.md row for row", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    const section = page.slice(page.indexOf("## The rooms"), page.indexOf("## Words"));
    const stated = new Map<string, readonly string[]>();
    for (const [, room = "", cell = ""] of section.matchAll(/^\| `([\w.]+)` \|.*\| ([^|]*) \|$/gm)) {
      const named = [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
      const pure = cell.includes("the pure rooms") ? pureRooms : [];
      stated.set(room, (cell === "all above" ? [...stated.keys()] : [...named, ...pure]).toSorted());
    }
    const law = Object.entries(mayImport).map(([room, rooms]) => [room, rooms.toSorted()]);
    assert.deepEqual(Object.fromEntries(stated), Object.fromEntries(law));
  });

  test("has no circle between rooms", () => {
    const below = (room: string, path: readonly string[]): void => {
      assert.ok(!path.includes(room), `${[...path, room].join(" → ")} is a circle`);
      for (const next of mayImport[room] ?? []) below(next, [...path, room]);
    };
    // `workers` are entries that `cli` loads; nothing imports `cli`.
    for (const room of Object.keys(mayImport)) if (room !== "workers" && room !== "cli") below(room, []);
  });

  test("names every package that a user installs", () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as Record<
      string,
      Record<string, string>
    >;
    assert.deepEqual(
      Object.keys(vendors).toSorted(),
      Object.keys({ ...dependencies, ...optionalDependencies }).toSorted(),
    );
  });

  test("gives each package the rooms that docs/dependencies.md states", () => {
    const page = readFileSync("docs/dependencies.md", "utf8");
    const named = (cell: string): string[] => cell.match(/@?[\w./-]+/g) ?? [];
    const rows = [...page.matchAll(/^\| ([^|]+) \| (`[^|]+`) \|/gm)];
    assert.ok(rows.length > 10);
    for (const [, packages = "", cell = ""] of rows) {
      const rooms = named(packages).flatMap((name) => vendors[name] ?? []);
      assert.deepEqual(named(cell).toSorted(), [...new Set(rooms)].toSorted(), packages);
    }
  });

  test("sees what a pure folder may not touch", () => {
    assert.match('import { readFileSync } from "node:fs";', impure);
    assert.match("const now = Date.now();", impure);
  });

  for (const file of files) {
    const source = readFileSync(file, "utf8");
    test(`${file} imports only what its folder may`, () => {
      assert.deepEqual(breaches(file, source), []);
    });
    if (pureFolders.has(roomOf(file))) {
      test(`${file} touches no file, network, clock, chance or environment`, () => {
        const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
        assert.doesNotMatch(code, impure);
      });
    }
  }
});

suite("the folders", () => {
  test("hold at most 25 files each", () => {
    const folders = globSync(["src", "workers", "scripts", "test", "schemas", "docs"].map((top) => `${top}/**/`));
    assert.ok(folders.length > 50);
    for (const folder of folders) {
      const held = readdirSync(folder).filter((name) => statSync(`${folder}/${name}`).isFile());
      assert.ok(held.length <= 25, `${folder} holds ${held.length} files`);
    }
  });
});

suite("the words of docs/architecture.md", () => {
  const page = readFileSync("docs/architecture.md", "utf8");
  const rowOf = (word: string): string => new RegExp(`^\\| ${word} \\|.*$`, "m").exec(page)?.[0] ?? "";
  const exported = files.flatMap((file) =>
    [
      ...readFileSync(file, "utf8").matchAll(
        /^export (?:declare )?(?:async )?(?:function\*?|const|let|class|interface|type) (\w+)/gm,
      ),
    ].map(([, name = ""]) => ({ name, room: roomOf(file) })),
  );
  /** Words of a name in camel case. */
  const wordsOf = (name: string): string[] => name.split(/(?=[A-Z])/).map((word) => word.toLowerCase());

  test("are the only sense of claim in an exported name: taking a lease from the frontier or the queue", () => {
    const claims = exported.filter(({ name }) => wordsOf(name).some((word) => word.startsWith("claim")));
    assert.ok(claims.length > 0 && rowOf("claim") !== "");
    assert.deepEqual(
      claims.filter(({ room }) => room !== "frontier" && room !== "queue"),
      [],
    );
  });

  test("name every exported name that holds the noun end, and no other", () => {
    // At the start of a function's name the word is a verb.
    const isNoun = (name: string): boolean =>
      wordsOf(name).some((word, at) => word === "ends" || (word === "end" && (at > 0 || name === "end")));
    const nouns = exported.filter(({ name }) => isNoun(name)).map(({ name }) => name);
    const listed = [...rowOf("end").matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
    assert.deepEqual([...new Set(nouns)].toSorted(), listed.toSorted());
  });
});
