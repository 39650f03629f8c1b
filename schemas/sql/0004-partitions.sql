-- A ledger may be one of several partitions, each a file of its own that holds the captures of its domains. Keys of captures
-- and documents are then unique over all partitions (number of the partition times 2^40 and up), and a cluster stands in
-- each partition that has a member of it, so that its representative may lie elsewhere.

-- At most one row; none in a ledger that is whole.
CREATE TABLE partition (
  number INTEGER NOT NULL CHECK (number >= 0),
  count  INTEGER NOT NULL CHECK (count > number)
) STRICT;

DROP VIEW clusters;
CREATE TEMP TABLE former_cluster AS
  SELECT cl.key, cl.representative, c.id FROM cluster cl JOIN capture c ON c.key = cl.representative;
CREATE TEMP TABLE former_member AS SELECT document, cluster, similarity FROM cluster_member;
DROP TABLE cluster_member;
DROP TABLE cluster;
CREATE TABLE cluster (
  key               INTEGER PRIMARY KEY,
  representative    INTEGER NOT NULL UNIQUE,         -- key of a document, maybe of another partition
  representative_id BLOB NOT NULL CHECK (length(representative_id) = 16)
) STRICT;
CREATE TABLE cluster_member (
  document   INTEGER PRIMARY KEY REFERENCES document (key),
  cluster    INTEGER NOT NULL REFERENCES cluster (key),
  similarity REAL NOT NULL CHECK (similarity BETWEEN 0 AND 1)  -- to the representative
) STRICT;
CREATE INDEX cluster_member_by_cluster ON cluster_member (cluster);
INSERT INTO cluster (key, representative, representative_id) SELECT key, representative, id FROM former_cluster;
INSERT INTO cluster_member (document, cluster, similarity) SELECT document, cluster, similarity FROM former_member;
DROP TABLE former_member;
DROP TABLE former_cluster;

-- One row for each member of each cluster of near-duplicates; a document that is alone is in none.
CREATE VIEW clusters AS
SELECT
  cl.representative AS cluster_key, -- key of the representative: names the cluster
  lower(hex(cl.representative_id)) AS cluster, -- id of the representative
  m.document AS key, -- of the member
  lower(hex(c.id)) AS id, -- of the member
  m.similarity AS similarity, -- of the member's text to the representative's, 0 to 1
  o.origin || c.url_rest AS url, -- of the member
  li.text AS licence -- of the member
FROM cluster_member m
JOIN cluster cl ON cl.key = m.cluster
JOIN capture c ON c.key = m.document
JOIN document d ON d.key = m.document
JOIN origin o ON o.key = c.origin
JOIN term li ON li.key = d.licence;
