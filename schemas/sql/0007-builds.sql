-- What each slice was measured with, and where its captures stand.

-- All that shapes a document, by revision.
CREATE TABLE build (
  key       INTEGER PRIMARY KEY,
  id        TEXT NOT NULL UNIQUE CHECK (length(id) = 16),    -- first hex digits of the SHA-256 of revisions
  revisions TEXT NOT NULL CHECK (json_valid(revisions))      -- canonical JSON
) STRICT;
ALTER TABLE slice ADD COLUMN build INTEGER REFERENCES build (key);  -- NULL: measured before builds were recorded
-- Captures of a slice are appended together: their keys lie between these two, and a slice is taken out by them.
ALTER TABLE slice ADD COLUMN first_key INTEGER;                -- NULL: it has no captures
ALTER TABLE slice ADD COLUMN last_key INTEGER;
CREATE TEMP TABLE slice_keys AS SELECT slice, min(key) AS first, max(key) AS last FROM capture GROUP BY slice;
UPDATE slice SET first_key = k.first, last_key = k.last FROM temp.slice_keys k WHERE k.slice = slice.key;
DROP TABLE temp.slice_keys;

DROP VIEW slices;
-- One row for each unit of work that was measured; `record_bytes + lost_bytes = end_byte - first_byte`.
CREATE VIEW slices AS
SELECT
  lower(hex(a.sha256)) AS archive_sha256, -- archive it is cut from
  a.name AS archive, -- name of that archive
  s.slice_index AS slice, -- number of the slice in its archive, from 0
  s.first_byte AS first_byte, -- first byte covered
  s.end_byte AS end_byte, -- one past the last byte covered
  s.record_bytes AS record_bytes, -- bytes that are in records
  s.lost_bytes AS lost_bytes, -- bytes that are in losses
  s.record_counts AS record_counts, -- JSON object: number of records by type
  s.capture_count AS captures, -- captures found
  s.document_count AS documents, -- captures that became documents
  lower(hex(s.segment_sha256)) AS segment_sha256, -- segment that holds its texts and signatures
  t.text AS software, -- version of the program that measured it
  b.id AS build -- build of that program, see `builds`; NULL: older than builds are
FROM slice s
JOIN archive a ON a.key = s.archive
JOIN term t ON t.key = s.software
LEFT JOIN build b ON b.key = s.build;

-- One row for each thing that shapes a document and each build that measured a slice.
CREATE VIEW builds AS
SELECT
  b.id AS build, -- first 16 hex digits of the SHA-256 of all its parts and revisions as canonical JSON
  p.key AS part, -- `stage/charset`, `evidence/meta`, `rule/gopher/word-count`, `data/language-model`, `package/entities`, ...
  p.value AS revision -- a revision, a SHA-256 or a version
FROM build b
JOIN json_each(b.revisions) p;
