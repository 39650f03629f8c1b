-- The published way to read a ledger. Digests are lower-case hex, times are ISO 8601 in UTC, addresses are whole.
-- The tables of `docs/provenance-format.md` are generated from these comments.

-- One row for each archive file, with its bytes accounted.
CREATE VIEW archives AS
SELECT
  lower(hex(a.sha256)) AS archive_sha256, -- of the whole file
  a.name AS name, -- file name without folders
  a.bytes AS bytes, -- of the file
  a.slice_count AS slices, -- slices the file was cut into
  count(s.key) AS slices_measured, -- slices whose segment is in the ledger
  coalesce(sum(s.record_bytes), 0) AS record_bytes, -- bytes that are in records
  coalesce(sum(s.lost_bytes), 0) AS lost_bytes, -- bytes that are in losses; see `losses`
  coalesce(sum(s.capture_count), 0) AS captures, -- captures found
  coalesce(sum(s.document_count), 0) AS documents -- captures that became documents
FROM archive a
LEFT JOIN slice s ON s.archive = a.key
GROUP BY a.key;

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
  t.text AS software -- version of the program that measured it
FROM slice s
JOIN archive a ON a.key = s.archive
JOIN term t ON t.key = s.software;

-- One row for each range of bytes that is in no record.
CREATE VIEW losses AS
SELECT
  lower(hex(a.sha256)) AS archive_sha256, -- archive it is in
  a.name AS archive, -- name of that archive
  s.slice_index AS slice, -- slice it is in
  l.offset AS offset, -- first byte lost
  l.length AS length, -- bytes lost
  t.text AS reason, -- `crc-mismatch`, `truncated`, `garbage`, ...
  l.detail AS detail -- words for people
FROM loss l
JOIN slice s ON s.key = l.slice
JOIN archive a ON a.key = s.archive
JOIN term t ON t.key = l.reason;

-- One row for each thing wrong with a record that could nevertheless be read.
CREATE VIEW problems AS
SELECT
  lower(hex(a.sha256)) AS archive_sha256, -- archive it is in
  a.name AS archive, -- name of that archive
  s.slice_index AS slice, -- slice it is in
  p.offset AS offset, -- first byte of the record or of its compressed member
  p.inner_offset AS inner_offset, -- first byte of the record inside the unpacked member
  t.text AS code, -- `field-missing`, `digest-mismatch`, ...
  p.detail AS detail -- words for people
FROM problem p
JOIN slice s ON s.key = p.slice
JOIN archive a ON a.key = s.archive
JOIN term t ON t.key = p.code;

-- One row for each archived exchange, with the place of its bytes and its one outcome.
CREATE VIEW captures AS
SELECT
  c.key AS key, -- number inside this ledger, the quick way to join views; not the same in another ledger
  lower(hex(c.id)) AS id, -- digest of archive and place: the same wherever it is computed
  o.origin || c.url_rest AS url, -- as archived
  o.host AS host, -- as a browser reads it: ASCII, lower case, without the root's dot, user and port; empty when there is none
  strftime('%Y-%m-%dT%H:%M:%fZ', c.captured_at / 1000.0, 'unixepoch') AS captured_at, -- NULL when the record states no readable date
  a.name AS archive, -- name of the archive file
  lower(hex(a.sha256)) AS archive_sha256, -- of the whole archive file
  s.slice_index AS slice, -- slice of the archive
  lower(hex(s.segment_sha256)) AS segment_sha256, -- segment it was measured into
  c.position AS position, -- ordinal in that segment
  c.offset AS offset, -- first byte of the record or of its compressed member
  c.length AS length, -- bytes of the record or member
  c.inner_offset AS inner_offset, -- first byte of the record inside the unpacked member
  rt.text AS record_type, -- `response`, `resource`, `conversion`, `revisit`, ...
  iif(typeof(c.record_id) = 'blob', '<urn:uuid:' || lower(substr(hex(c.record_id), 1, 8) || '-' || substr(hex(c.record_id), 9, 4)
    || '-' || substr(hex(c.record_id), 13, 4) || '-' || substr(hex(c.record_id), 17, 4) || '-' || substr(hex(c.record_id), 21))
    || '>', c.record_id) AS record_id, -- as the record states it
  ip.text AS ip, -- address of the server
  c.http_status AS http_status, -- status code
  m.text AS mime, -- media type
  tr.text AS truncated, -- why bytes are known to be missing: `WARC-Truncated`, `length-mismatch`, `content-length`, `decode`, `page-...`
  iif(typeof(c.stated_block_digest) = 'blob', 'sha256:' || lower(hex(c.block_sha256)), c.stated_block_digest) AS stated_block_digest, -- as the record states it
  iif(typeof(c.stated_payload_digest) = 'blob', 'sha256:' || lower(hex(c.payload_sha256)), c.stated_payload_digest) AS stated_payload_digest, -- as the record states it
  CASE c.block_digest_state WHEN 0 THEN 'absent' WHEN 1 THEN 'match' WHEN 2 THEN 'mismatch' ELSE 'unknown' END AS block_digest_state, -- what checking it gave
  CASE c.payload_digest_state WHEN 0 THEN 'absent' WHEN 1 THEN 'match' WHEN 2 THEN 'mismatch' ELSE 'unknown' END AS payload_digest_state, -- what checking it gave
  lower(hex(c.block_sha256)) AS block_sha256, -- of the record's block
  lower(hex(c.payload_sha256)) AS payload_sha256, -- of the payload as stored
  c.payload_bytes AS payload_bytes, -- of the payload as stored
  CASE c.outcome WHEN 0 THEN 'document' WHEN 1 THEN 'duplicate' WHEN 2 THEN 'skipped' ELSE 'failed' END AS outcome, -- `document`, `duplicate`, `skipped` or `failed`
  r.text AS reason, -- why it is no document
  c.detail AS detail -- words for people
FROM capture c
JOIN slice s ON s.key = c.slice
JOIN archive a ON a.key = s.archive
JOIN origin o ON o.key = c.origin
JOIN term rt ON rt.key = c.record_type
LEFT JOIN term ip ON ip.key = c.ip
LEFT JOIN term m ON m.key = c.mime
LEFT JOIN term tr ON tr.key = c.truncated
LEFT JOIN term r ON r.key = c.reason;

-- One row for each text of a page; its id is its capture's.
CREATE VIEW documents AS
SELECT
  d.key AS key, -- number inside this ledger, the quick way to join views
  lower(hex(c.id)) AS id, -- id of the capture
  o.origin || c.url_rest AS url, -- as archived
  o.host AS host, -- as a browser reads it: ASCII, lower case, without the root's dot, user and port; empty when there is none
  strftime('%Y-%m-%dT%H:%M:%fZ', c.captured_at / 1000.0, 'unixepoch') AS captured_at, -- NULL when the record states no readable date
  d.title AS title, -- as the page states it
  co.origin || coalesce(d.canonical_rest, c.url_rest) AS canonical_url, -- `link rel=canonical` of the page
  la.text AS language_attribute, -- `lang` of the html element
  cs.text AS charset, -- WHATWG name
  css.text AS charset_source, -- `bom`, `header`, `meta` or `guess`
  l.text AS language, -- BCP 47, `und` when nothing can be said
  d.language_score AS language_score, -- 0 to 1 as the model gives it
  lower(hex(d.text_sha256)) AS text_sha256, -- of the text in UTF-8
  d.text_bytes AS text_bytes, -- of the text in UTF-8
  d.words AS words, -- as the quality rules count them
  li.text AS licence, -- SPDX id, `LicenseRef-...` or `NOASSERTION`
  lb.text AS licence_basis -- which evidence decided
FROM document d
JOIN capture c ON c.key = d.key
JOIN origin o ON o.key = c.origin
LEFT JOIN origin co ON co.key = d.canonical_origin
LEFT JOIN term la ON la.key = d.language_attribute
JOIN term cs ON cs.key = d.charset
JOIN term css ON css.key = d.charset_source
JOIN term l ON l.key = d.language
JOIN term li ON li.key = d.licence
JOIN term lb ON lb.key = d.licence_basis;

-- One row for each number that one rule took of one document.
CREATE VIEW measurements AS
SELECT
  d.key AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
  r.name AS rule, -- source family, slash, name
  r.revision AS revision, -- raised whenever the same text could measure differently
  r.unit AS unit, -- `words`, `characters`, `ratio` or `count`
  m.value AS value -- NULL is unknown
FROM document d
JOIN capture c ON c.key = d.key
JOIN slice s ON s.key = c.slice
JOIN json_each(d.measurements) m
JOIN rule r ON r.rule_set = s.rule_set AND r.position = m.key;

-- One row for each observation about rights.
CREATE VIEW evidence AS
SELECT
  e.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
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

-- One row for each opt-out or preference of the publisher that a document carries.
CREATE VIEW signals AS
SELECT
  s.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
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

-- One row for each member of each cluster of near-duplicates; a document that is alone is in none.
CREATE VIEW clusters AS
SELECT
  cl.representative AS cluster_key, -- key of the representative: names the cluster
  lower(hex(rc.id)) AS cluster, -- id of the representative
  m.document AS key, -- of the member
  lower(hex(c.id)) AS id, -- of the member
  m.similarity AS similarity, -- of the member's text to the representative's, 0 to 1
  o.origin || c.url_rest AS url, -- of the member
  li.text AS licence -- of the member
FROM cluster_member m
JOIN cluster cl ON cl.key = m.cluster
JOIN capture rc ON rc.key = cl.representative
JOIN capture c ON c.key = m.document
JOIN document d ON d.key = m.document
JOIN origin o ON o.key = c.origin
JOIN term li ON li.key = d.licence;

-- One row for each document and policy.
CREATE VIEW decisions AS
SELECT
  p.name AS policy, -- name that the policy gives itself
  lower(hex(p.sha256)) AS policy_sha256, -- digest of its canonical JSON
  x.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
  x.kept AS kept, -- 1 kept, 0 refused
  (SELECT json_group_array(t.text ORDER BY j.key) FROM json_each(r.reasons) j JOIN term t ON t.key = j.value) AS reasons -- JSON array of all reasons that hold; empty when kept
FROM decision x
JOIN policy p ON p.key = x.policy
JOIN capture c ON c.key = x.document
JOIN reason_set r ON r.key = x.reason_set;
