/** `CLPF`: tells a frontier from any other SQLite file. */
export const frontierApplicationId = 0x434c5046;
/** 1 had a column `hosts.delay_ms` that nothing read; 1 and 2 lacked what `addedColumns` names. */
export const frontierVersion = 3;
/** What was added since a version that is still read. */
export const addedColumns: ReadonlyMap<number, readonly string[]> = new Map(
  [1, 2].map((version) => [version, ["visited_at INTEGER", "status INTEGER", "opt_outs TEXT"]]),
);

/** `urls.state`. Leased ones are `ready` ones whose host is in `leases`: claiming writes no row of a URL. */
export const ready = 0;
export const delayed = 1;
export const done = 2;
export const refused = 3;
export const failed = 4;

/** Times in milliseconds since 1970-01-01 UTC. */
export const frontierSchema = `
CREATE TABLE hosts (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,          -- hostKeyOf
  next_ms      INTEGER NOT NULL DEFAULT 0,    -- no turn before
  blocked      TEXT,                          -- the caller's reason for no turns
  over_budget  TEXT,                          -- the budget of its own that is used up
  lease        INTEGER NOT NULL DEFAULT 0,    -- 0 = none
  ready        INTEGER NOT NULL DEFAULT 0,    -- counts of its urls by state, leased ones among the ready
  delayed      INTEGER NOT NULL DEFAULT 0,
  done         INTEGER NOT NULL DEFAULT 0,
  refused      INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  pages        INTEGER NOT NULL DEFAULT 0,    -- these three count against budgets, from the last recrawl on
  bytes        INTEGER NOT NULL DEFAULT 0,
  spent_ms     INTEGER NOT NULL DEFAULT 0,
  text_digest  TEXT,                          -- of the last page
  same_run     INTEGER NOT NULL DEFAULT 0     -- pages in a row that had it
) STRICT;
CREATE INDEX host_due ON hosts (next_ms, id) WHERE ready > 0 AND lease = 0 AND blocked IS NULL AND over_budget IS NULL;

CREATE TABLE urls (
  id        INTEGER PRIMARY KEY,
  host      INTEGER NOT NULL,
  digest    BLOB NOT NULL,                    -- of path, 8 bytes: one host would need billions of URLs to meet two alike
  path      TEXT NOT NULL,                    -- and query, of the normal form
  raw       TEXT,                             -- as found; NULL = the normal form
  state     INTEGER NOT NULL DEFAULT 0,
  depth     INTEGER NOT NULL,
  priority  INTEGER NOT NULL,
  attempts  INTEGER NOT NULL DEFAULT 0,
  due_ms    INTEGER,                          -- of a delayed one
  reason    INTEGER                           -- of a delayed, refused or failed one
) STRICT;
-- Host first: the links of a page fall into few pages of the index, however many hosts are known.
CREATE UNIQUE INDEX url_once ON urls (host, digest);
CREATE INDEX url_ready ON urls (host, priority DESC, id) WHERE state = 0;
CREATE INDEX url_delayed ON urls (due_ms) WHERE state = 1;
CREATE INDEX url_reason ON urls (state, reason) WHERE reason IS NOT NULL;

CREATE TABLE validators (
  url            INTEGER PRIMARY KEY,
  etag           TEXT,
  last_modified  TEXT,
  payload_digest TEXT NOT NULL,
  captured_at    INTEGER NOT NULL,
  record_id      ANY NOT NULL,                -- <urn:uuid:...> packed to 16 bytes, anything else as text
  visited_at     INTEGER,                     -- of the last visit; NULL = captured_at
  status         INTEGER,                     -- these two are NULL where an earlier release noted the visit
  opt_outs       TEXT                         -- the caller's
) STRICT;

CREATE TABLE leases (
  id        INTEGER PRIMARY KEY AUTOINCREMENT, -- a number is never given twice
  host      INTEGER NOT NULL UNIQUE,
  until_ms  INTEGER NOT NULL,
  urls      TEXT NOT NULL,                     -- JSON list of ids
  url_count INTEGER NOT NULL
) STRICT;

CREATE TABLE families (
  host   INTEGER NOT NULL,
  key    BLOB NOT NULL,                        -- digest of Family.key, 8 bytes
  urls   INTEGER NOT NULL,
  PRIMARY KEY (host, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE reasons (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE refused_links (
  reason   TEXT PRIMARY KEY,
  links    INTEGER NOT NULL,
  example  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
  name   TEXT PRIMARY KEY,
  value  TEXT NOT NULL                         -- the caller's
) STRICT;

CREATE TABLE crawl (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  pages       INTEGER NOT NULL,
  bytes       INTEGER NOT NULL,
  elapsed_ms  INTEGER NOT NULL,
  claimed_ms  INTEGER                          -- of the last claim
) STRICT;
INSERT INTO crawl VALUES (1, 0, 0, 0, NULL);
`;
