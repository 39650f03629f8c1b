-- The ledger's own tables. Programs outside should read the views of 0002 instead: those are the published contract.
-- Rows about archives are appended and never changed; only clusters and decisions are replaced, each as a whole.
-- Codes: outcome 0 document, 1 duplicate, 2 skipped, 3 failed; digest state 0 absent, 1 match, 2 mismatch, 3 unknown;
-- subject 0 part, 1 page, 2 site, 3 file. Times are milliseconds since 1970-01-01 UTC. Digests are SHA-256.

-- Every string that repeats: media types, languages, licences, reasons, kinds and places of evidence.
CREATE TABLE term (
  key  INTEGER PRIMARY KEY,
  text TEXT NOT NULL UNIQUE
) STRICT;

-- Scheme and authority of addresses as written; an address is this followed by the rest, to the letter.
CREATE TABLE origin (
  key    INTEGER PRIMARY KEY,
  origin TEXT NOT NULL UNIQUE,
  host   TEXT NOT NULL                               -- lower case, without user and port; empty when there is none
) STRICT;

CREATE TABLE archive (
  key         INTEGER PRIMARY KEY,
  sha256      BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  name        TEXT NOT NULL,
  bytes       INTEGER NOT NULL CHECK (bytes >= 0),
  slice_bytes INTEGER NOT NULL CHECK (slice_bytes > 0),
  slice_count INTEGER NOT NULL CHECK (slice_count >= 0)
) STRICT;

-- Where an archive was last seen, with the size and time that it had: an unchanged file need not be hashed again.
CREATE TABLE archive_path (
  path     TEXT PRIMARY KEY,
  archive  INTEGER NOT NULL REFERENCES archive (key),
  mtime_ns INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX archive_path_by_archive ON archive_path (archive);

-- Measurements are stored by position in a rule set.
CREATE TABLE rule_set (
  key        INTEGER PRIMARY KEY,
  definition TEXT NOT NULL UNIQUE                    -- JSON of its rules; only to find the same set again
) STRICT;
CREATE TABLE rule (
  rule_set INTEGER NOT NULL REFERENCES rule_set (key),
  position INTEGER NOT NULL,
  name     TEXT NOT NULL,
  revision INTEGER NOT NULL,
  unit     TEXT NOT NULL,
  PRIMARY KEY (rule_set, position)
) STRICT, WITHOUT ROWID;

-- The second law as a CHECK: each byte of a slice is in a record or in a named loss.
CREATE TABLE slice (
  key            INTEGER PRIMARY KEY,
  archive        INTEGER NOT NULL REFERENCES archive (key),
  slice_index    INTEGER NOT NULL CHECK (slice_index >= 0),
  first_byte     INTEGER NOT NULL CHECK (first_byte >= 0),
  end_byte       INTEGER NOT NULL CHECK (end_byte >= first_byte),
  record_bytes   INTEGER NOT NULL CHECK (record_bytes >= 0),
  lost_bytes     INTEGER NOT NULL CHECK (lost_bytes >= 0),
  record_counts  TEXT NOT NULL CHECK (json_valid(record_counts)),
  capture_count  INTEGER NOT NULL,
  document_count INTEGER NOT NULL,
  segment_sha256 BLOB NOT NULL CHECK (length(segment_sha256) = 32),
  software       INTEGER NOT NULL REFERENCES term (key),
  rule_set       INTEGER NOT NULL REFERENCES rule_set (key),
  UNIQUE (archive, slice_index),
  CHECK (record_bytes + lost_bytes = end_byte - first_byte)
) STRICT;

CREATE TABLE loss (
  slice   INTEGER NOT NULL REFERENCES slice (key),
  ordinal INTEGER NOT NULL,
  offset  INTEGER NOT NULL CHECK (offset >= 0),
  length  INTEGER NOT NULL CHECK (length >= 0),
  reason  INTEGER NOT NULL REFERENCES term (key),
  detail  TEXT NOT NULL,
  PRIMARY KEY (slice, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE problem (
  slice        INTEGER NOT NULL REFERENCES slice (key),
  ordinal      INTEGER NOT NULL,
  offset       INTEGER NOT NULL CHECK (offset >= 0),
  inner_offset INTEGER NOT NULL CHECK (inner_offset >= 0),
  code         INTEGER NOT NULL REFERENCES term (key),
  detail       TEXT NOT NULL,
  PRIMARY KEY (slice, ordinal)
) STRICT, WITHOUT ROWID;

-- One archived exchange.
CREATE TABLE capture (
  key                   INTEGER PRIMARY KEY,
  id                    BLOB NOT NULL CHECK (length(id) = 16),
  slice                 INTEGER NOT NULL REFERENCES slice (key),
  position              INTEGER NOT NULL,            -- ordinal in the segment of the slice
  offset                INTEGER NOT NULL,
  length                INTEGER NOT NULL,
  inner_offset          INTEGER NOT NULL,
  record_type           INTEGER NOT NULL REFERENCES term (key),
  record_id             ANY,                         -- 16 bytes: a UUID of `<urn:uuid:...>`; else as stated
  origin                INTEGER NOT NULL REFERENCES origin (key),
  url_rest              TEXT NOT NULL,               -- what follows the origin
  captured_at           INTEGER,
  ip                    INTEGER REFERENCES term (key),
  http_status           INTEGER,
  mime                  INTEGER REFERENCES term (key),
  truncated             INTEGER REFERENCES term (key),
  stated_block_digest   ANY,                         -- a blob: `sha256:` and the digest below; else as stated
  stated_payload_digest ANY,                         -- likewise
  block_digest_state    INTEGER NOT NULL CHECK (block_digest_state BETWEEN 0 AND 3),
  payload_digest_state  INTEGER NOT NULL CHECK (payload_digest_state BETWEEN 0 AND 3),
  block_sha256          BLOB NOT NULL CHECK (length(block_sha256) = 32),
  payload_sha256        BLOB NOT NULL CHECK (length(payload_sha256) = 32),
  payload_bytes         INTEGER NOT NULL CHECK (payload_bytes >= 0),
  outcome               INTEGER NOT NULL CHECK (outcome BETWEEN 0 AND 3),
  reason                INTEGER REFERENCES term (key),
  detail                TEXT,
  CHECK ((outcome = 0) = (reason IS NULL))
) STRICT;
CREATE UNIQUE INDEX capture_by_id ON capture (id);
CREATE INDEX capture_by_url ON capture (origin, url_rest);
CREATE INDEX capture_without_document ON capture (outcome, reason) WHERE outcome <> 0;

-- The document that a capture became; its key is the capture's.
CREATE TABLE document (
  key                INTEGER PRIMARY KEY REFERENCES capture (key),
  title              TEXT,
  canonical_origin   INTEGER REFERENCES origin (key),  -- NULL: the page names no canonical address
  canonical_rest     TEXT,                           -- NULL: the same as the capture's own
  language_attribute INTEGER REFERENCES term (key),
  charset            INTEGER NOT NULL REFERENCES term (key),
  charset_source     INTEGER NOT NULL REFERENCES term (key),
  language           INTEGER NOT NULL REFERENCES term (key),
  language_score     REAL NOT NULL,
  text_sha256        BLOB NOT NULL CHECK (length(text_sha256) = 32),
  text_bytes         INTEGER NOT NULL CHECK (text_bytes >= 0),
  words              INTEGER NOT NULL CHECK (words >= 0),
  licence            INTEGER NOT NULL REFERENCES term (key),
  licence_basis      INTEGER NOT NULL REFERENCES term (key),
  measurements       TEXT NOT NULL                   -- JSON array in the order of the slice's rule set, null = unknown
) STRICT;

-- One piece of evidence about rights; the view over these is called `evidence`.
CREATE TABLE observation (
  document INTEGER NOT NULL REFERENCES document (key),
  ordinal  INTEGER NOT NULL,
  kind     INTEGER NOT NULL REFERENCES term (key),
  licence  INTEGER REFERENCES term (key),
  value    TEXT NOT NULL,
  place    INTEGER NOT NULL REFERENCES term (key),
  quote    TEXT NOT NULL CHECK (length(quote) <= 300),
  subject  INTEGER NOT NULL CHECK (subject BETWEEN 0 AND 3),
  PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE signal (
  document   INTEGER NOT NULL REFERENCES document (key),
  ordinal    INTEGER NOT NULL,
  kind       INTEGER NOT NULL REFERENCES term (key),
  preference INTEGER NOT NULL REFERENCES term (key),
  value      TEXT CHECK (value IN ('y', 'n')),       -- NULL: stated in a way that cannot be read
  agent      INTEGER NOT NULL REFERENCES term (key),
  place      INTEGER NOT NULL REFERENCES term (key),
  quote      TEXT NOT NULL CHECK (length(quote) <= 300),
  policy_url TEXT,
  PRIMARY KEY (document, ordinal)
) STRICT, WITHOUT ROWID;

-- Near-duplicates; a document that is alone is in no cluster.
CREATE TABLE cluster (
  key            INTEGER PRIMARY KEY,
  representative INTEGER NOT NULL UNIQUE REFERENCES document (key)
) STRICT;
CREATE TABLE cluster_member (
  document   INTEGER PRIMARY KEY REFERENCES document (key),
  cluster    INTEGER NOT NULL REFERENCES cluster (key),
  similarity REAL NOT NULL CHECK (similarity BETWEEN 0 AND 1)  -- to the representative
) STRICT;
CREATE INDEX cluster_member_by_cluster ON cluster_member (cluster);

-- Several policies may stand side by side, each with decisions of its own.
CREATE TABLE policy (
  key    INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  name   TEXT NOT NULL,
  text   TEXT NOT NULL CHECK (json_valid(text))      -- canonical JSON, of which sha256 is the digest
) STRICT;
CREATE TABLE reason_set (
  key     INTEGER PRIMARY KEY,
  reasons TEXT NOT NULL UNIQUE CHECK (json_valid(reasons))  -- JSON array of terms
) STRICT;
CREATE TABLE decision (
  policy     INTEGER NOT NULL REFERENCES policy (key),
  document   INTEGER NOT NULL REFERENCES document (key),
  reason_set INTEGER NOT NULL REFERENCES reason_set (key),  -- the empty set: kept
  kept       INTEGER NOT NULL CHECK (kept IN (0, 1)),
  PRIMARY KEY (policy, document)
) STRICT, WITHOUT ROWID;
