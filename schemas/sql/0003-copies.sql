-- Where captures were copied from, when the archive they lie in was made of other people's files. How bytes came here, never
-- a licence to use them.
CREATE TABLE copy (
  capture   INTEGER PRIMARY KEY REFERENCES capture (key),
  crawl     INTEGER NOT NULL REFERENCES term (key),
  subset    INTEGER NOT NULL REFERENCES term (key),
  file      INTEGER NOT NULL REFERENCES term (key),  -- path below the publisher's base
  offset    INTEGER NOT NULL CHECK (offset >= 0),
  length    INTEGER NOT NULL CHECK (length >= 0),
  digest    TEXT,
  fields    TEXT NOT NULL CHECK (json_valid(fields)) -- what else the index said
) STRICT;

-- An archive that is such a file as a whole: each capture in it stands where it stood there.
CREATE TABLE archive_copy (
  archive INTEGER PRIMARY KEY REFERENCES archive (key),
  crawl   INTEGER NOT NULL REFERENCES term (key),
  file    INTEGER NOT NULL REFERENCES term (key)
) STRICT;

-- One row for each capture that was copied from a file of somebody else's crawl. It tells how the bytes came here and is never a licence.
CREATE VIEW copies AS
SELECT
  c.key AS key, -- of the capture
  lower(hex(c.id)) AS id, -- of the capture
  cr.text AS crawl, -- as its publisher names it: `CC-MAIN-2025-38`
  su.text AS subset, -- part of the crawl: `warc`, `robotstxt`, ...; NULL where the whole file was taken
  fi.text AS file, -- path of the file below the publisher's base
  coalesce(k.offset, c.offset) AS offset, -- first byte of the record there
  coalesce(k.length, c.length) AS length, -- its bytes there
  k.digest AS digest, -- SHA-1 of the payload in base32, as the publisher's index has it
  k.fields AS fields -- JSON object of what else the index said; NULL where no index was asked
FROM capture c
JOIN slice s ON s.key = c.slice
LEFT JOIN copy k ON k.capture = c.key
LEFT JOIN archive_copy w ON w.archive = s.archive
JOIN term cr ON cr.key = coalesce(k.crawl, w.crawl)
JOIN term fi ON fi.key = coalesce(k.file, w.file)
LEFT JOIN term su ON su.key = k.subset;
