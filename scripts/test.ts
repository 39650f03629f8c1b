/**
 * `npm test`: every test on Node's own runner.
 *   npm test -- [FILE...]     only those
 * Some need a real redis-server, a real S3 server (versitygw), or the SQLite of other programs. Where one is missing the
 * files that need it are left out, and named; those that COLOPHON_SERVERS names, with commas, count as there: what needs
 * them runs and fails.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, globSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";

const servers: readonly {
  readonly fixture: string;
  readonly name: string;
  readonly variable: string | null;
  readonly get: string;
}[] = [
  {
    fixture: "test/fixtures/redis-server.ts",
    name: "redis-server",
    variable: null,
    get: "apt-get install redis-server",
  },
  {
    fixture: "test/fixtures/s3-server.ts",
    name: "versitygw",
    variable: "COLOPHON_S3_SERVER",
    get: "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0",
  },
  { fixture: "test/fixtures/other-sqlite.ts", name: "sqlite3", variable: null, get: "apt-get install sqlite3" },
  { fixture: "test/fixtures/other-sqlite.ts", name: "python3", variable: null, get: "apt-get install python3" },
  {
    fixture: "test/fixtures/oldest-sqlite.ts",
    name: "sqlite-3.37",
    variable: "COLOPHON_OLDEST_SQLITE",
    get: "COLOPHON_OLDEST_SQLITE=$(.ci/sqlite.sh oldest)",
  },
];

function isThere({ name, variable }: (typeof servers)[number]): boolean {
  if (variable !== null && (process.env[variable] ?? "") !== "") return true;
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** All files of `test/` that a file imports, including itself. */
function broughtIn(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target = ""] of readFileSync(file, "utf8").matchAll(/(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)) {
    const path = join(file, "..", target).replaceAll("\\", "/");
    if (path.startsWith("test/") && path.endsWith(".ts") && existsSync(path)) broughtIn(path, seen);
  }
  return seen;
}

const given = process.argv.slice(2);
const all = given.length > 0 ? given : globSync("test/**/*.test.ts").toSorted();
const required = new Set((process.env["COLOPHON_SERVERS"] ?? "").split(","));
const missing = servers.filter((server) => !required.has(server.name) && !isThere(server));
const files = all.filter((file) => {
  const needed = broughtIn(file);
  return missing.every(({ fixture }) => !needed.has(fixture));
});
for (const { name, fixture, get } of missing) {
  const left = all.filter((file) => broughtIn(file).has(fixture)).length;
  console.log(`${name} is not here: ${left} files of tests that need it are left out (${get})`);
}
// Many tests only wait for child processes, so more tests than cores run at the same time.
const flags = [
  "--test",
  `--test-concurrency=${availableParallelism() + 1}`,
  "--test-timeout=600000",
  "--test-reporter=spec",
];
const { status } = spawnSync(process.execPath, [...flags, ...files], { stdio: "inherit" });
process.exitCode = status ?? 1;
