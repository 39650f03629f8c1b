-- A frontier of schema 1, as commit d4b8c5e left it: written by its openFrontier, dumped.
PRAGMA application_id = 1129074758;
PRAGMA user_version = 1;
CREATE TABLE hosts (
  id           INTEGER PRIMARY KEY,
  name         TEXT NOT NULL UNIQUE,          -- hostKeyOf
  next_ms      INTEGER NOT NULL DEFAULT 0,    -- no turn before
  delay_ms     INTEGER,
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
  record_id      ANY NOT NULL                 -- <urn:uuid:...> packed to 16 bytes, anything else as text
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
INSERT INTO hosts (id, name, next_ms, delay_ms, blocked, over_budget, lease, ready, delayed, done, refused, failed, pages, bytes, spent_ms, text_digest, same_run) VALUES (1, 'http://a.example', 200, 7, NULL, NULL, 2, 2, 1, 1, 0, 1, 1, 10, 5, NULL, 0);
INSERT INTO hosts (id, name, next_ms, delay_ms, blocked, over_budget, lease, ready, delayed, done, refused, failed, pages, bytes, spent_ms, text_digest, same_run) VALUES (2, 'http://b.example', 900, NULL, 'robots-unreachable', NULL, 0, 1, 0, 0, 0, 0, 0, 0, 0, NULL, 0);
INSERT INTO urls (id, host, digest, path, raw, state, depth, priority, attempts, due_ms, reason) VALUES (1, 1, x'6a50dc8584134c7d', '/a', NULL, 2, 0, 0, 0, NULL, NULL);
INSERT INTO urls (id, host, digest, path, raw, state, depth, priority, attempts, due_ms, reason) VALUES (2, 1, x'9812b0b9d61e09b9', '/b', NULL, 1, 0, 0, 1, 500, 1);
INSERT INTO urls (id, host, digest, path, raw, state, depth, priority, attempts, due_ms, reason) VALUES (3, 1, x'facd442ef6304543', '/c', NULL, 4, 0, 0, 0, NULL, 2);
INSERT INTO urls (id, host, digest, path, raw, state, depth, priority, attempts, due_ms, reason) VALUES (4, 1, x'4823e769dbaf8fb9', '/d', NULL, 0, 0, 0, 0, NULL, NULL);
INSERT INTO urls (id, host, digest, path, raw, state, depth, priority, attempts, due_ms, reason) VALUES (5, 2, x'b3d1db318671a024', '/x', NULL, 0, 0, 0, 0, NULL, NULL);
INSERT INTO urls (id, host, digest, path, raw, state, depth, priority, attempts, due_ms, reason) VALUES (6, 1, x'5ecc8c503f68452a', '/e', NULL, 0, 0, 0, 0, NULL, NULL);
INSERT INTO validators (url, etag, last_modified, payload_digest, captured_at, record_id) VALUES (1, '"1"', NULL, 'sha1:ABABABABABABABABABABABABABABABAB', 50, x'0123456789abcdef0123456789abcdef');
INSERT INTO leases (id, host, until_ms, urls, url_count) VALUES (2, 1, 1300, '[4]', 1);
INSERT INTO reasons (id, name) VALUES (1, 'status-503');
INSERT INTO reasons (id, name) VALUES (2, 'tls');
INSERT INTO notes (name, value) VALUES ('archive', '{"number":1,"bytes":4096}');
INSERT INTO crawl (one, pages, bytes, elapsed_ms, claimed_ms) VALUES (1, 1, 10, 200, 300);
INSERT INTO sqlite_sequence (name, seq) VALUES ('leases', 2);
