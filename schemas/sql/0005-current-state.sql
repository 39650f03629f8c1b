-- The state of an address, of a site, and of the page that a derived record was made of. What a publisher says last holds
-- for every capture of the address.

-- Captures that are no documents can speak about rights too: the headers of a revisit, of a picture, of an error.
DROP VIEW evidence;
DROP VIEW signals;
CREATE TABLE former_observation AS SELECT * FROM observation;
CREATE TABLE former_signal AS SELECT * FROM signal;
DROP TABLE observation;
DROP TABLE signal;
CREATE TABLE observation (
  document INTEGER NOT NULL REFERENCES capture (key),  -- a document, or another capture whose head speaks about rights
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
  document   INTEGER NOT NULL REFERENCES capture (key),  -- likewise
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
INSERT INTO observation SELECT * FROM former_observation;
INSERT INTO signal SELECT * FROM former_signal;
DROP TABLE former_observation;
DROP TABLE former_signal;

-- A text in which a site speaks for all its pages; sites say the same for years.
CREATE TABLE statement (
  key    INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),  -- of the text in UTF-8
  text   TEXT NOT NULL
) STRICT;
CREATE TABLE site_file (
  capture   INTEGER PRIMARY KEY REFERENCES capture (key),
  kind      INTEGER NOT NULL REFERENCES term (key),
  statement INTEGER NOT NULL REFERENCES statement (key),
  cut       INTEGER NOT NULL CHECK (cut IN (0, 1))     -- part of the file was not seen
) STRICT;

-- Replaced as a whole when a policy is applied. Documents whose address has other captures; one that is alone is current.
CREATE TABLE version (
  document INTEGER PRIMARY KEY REFERENCES document (key),
  state    INTEGER NOT NULL REFERENCES term (key),   -- `current`, `superseded`, `gone`, `moved`, `derived`
  capture  INTEGER NOT NULL REFERENCES capture (key) -- whose state governs: the newest, or the page it was made of
) STRICT;
-- Captures whose signals and licence hold for a document besides its own: newer ones of its address, the page it was made of.
CREATE TABLE tie (
  document INTEGER NOT NULL REFERENCES document (key),
  capture  INTEGER NOT NULL REFERENCES capture (key),
  relation INTEGER NOT NULL REFERENCES term (key),   -- `newer`, `page`
  PRIMARY KEY (document, capture)
) STRICT, WITHOUT ROWID;

-- One row for each observation about rights.
CREATE VIEW evidence AS
SELECT
  e.document AS key, -- of the document, or of another capture whose head speaks about rights
  lower(hex(c.id)) AS id, -- likewise
  k.text AS kind, -- collector that saw it
  li.text AS licence, -- licence that it names, NULL when it names none that is known
  e.value AS value, -- address or identifier as it stands on the page
  p.text AS place, -- where on the page or in the exchange
  e.quote AS quote, -- the words around it; untrusted
  CASE e.subject WHEN 0 THEN 'part' WHEN 1 THEN 'page' WHEN 2 THEN 'site' ELSE 'file' END AS subject -- what it is about: `part`, `page`, `site` or `file`
FROM observation e
JOIN capture c ON c.key = e.document
JOIN term k ON k.key = e.kind
LEFT JOIN term li ON li.key = e.licence
JOIN term p ON p.key = e.place;

-- One row for each opt-out or preference of the publisher that a capture carries itself; `site_files` has what its site says.
CREATE VIEW signals AS
SELECT
  s.document AS key, -- of the document, or of another capture whose head speaks about rights
  lower(hex(c.id)) AS id, -- likewise
  k.text AS kind, -- reader that saw it
  pr.text AS preference, -- what it speaks of: `index`, `archive`, `ai`, `tdm`, ...
  s.value AS value, -- `n` reserved or refused, `y` allowed, NULL stated in a way that cannot be read
  ag.text AS agent, -- agent it is addressed to, `*` for all
  p.text AS place, -- where it was seen
  s.quote AS quote, -- as written; untrusted
  s.policy_url AS policy_url -- address of a policy it points to
FROM signal s
JOIN capture c ON c.key = s.document
JOIN term k ON k.key = s.kind
JOIN term pr ON pr.key = s.preference
JOIN term ag ON ag.key = s.agent
JOIN term p ON p.key = s.place;

-- One row for each capture of a file in which a site speaks for all its pages.
CREATE VIEW site_files AS
SELECT
  f.capture AS key, -- of the capture
  lower(hex(c.id)) AS id, -- of the capture
  o.origin || c.url_rest AS url, -- as archived
  o.host AS host, -- as in `captures`
  strftime('%Y-%m-%dT%H:%M:%fZ', c.captured_at / 1000.0, 'unixepoch') AS captured_at, -- NULL when the record states no readable date
  k.text AS kind, -- `robots-txt` or `tdmrep`
  lower(hex(s.sha256)) AS text_sha256, -- of the text in UTF-8
  s.text AS text, -- what it says; untrusted
  f.cut AS cut -- 1 where part of the file was not seen, so that what it does not say is unknown
FROM site_file f
JOIN capture c ON c.key = f.capture
JOIN origin o ON o.key = c.origin
JOIN term k ON k.key = f.kind
JOIN statement s ON s.key = f.statement;

-- One row for each document whose address has other captures, or that was made of another capture, as of the last decisions.
CREATE VIEW versions AS
SELECT
  v.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
  o.origin || c.url_rest AS url, -- of the document, as archived
  strftime('%Y-%m-%dT%H:%M:%fZ', c.captured_at / 1000.0, 'unixepoch') AS captured_at, -- of the document
  t.text AS state, -- `current`, `superseded` by a newer document, `gone` or `moved` since, or `derived` from a page that is here itself
  v.capture AS governing_key, -- key of the capture whose state governs
  lower(hex(g.id)) AS governing, -- id of that capture
  strftime('%Y-%m-%dT%H:%M:%fZ', g.captured_at / 1000.0, 'unixepoch') AS governing_captured_at, -- of that capture
  g.http_status AS governing_http_status -- of that capture
FROM version v
JOIN capture c ON c.key = v.document
JOIN origin o ON o.key = c.origin
JOIN term t ON t.key = v.state
JOIN capture g ON g.key = v.capture;

-- One row for each capture whose signals and licence hold for a document besides its own, as of the last decisions.
CREATE VIEW ties AS
SELECT
  t.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
  r.text AS relation, -- `newer`: a later capture of its address; `page`: the page that it was made of
  t.capture AS from_key, -- key of the other capture
  lower(hex(f.id)) AS from_id -- id of the other capture
FROM tie t
JOIN capture c ON c.key = t.document
JOIN capture f ON f.key = t.capture
JOIN term r ON r.key = t.relation;
