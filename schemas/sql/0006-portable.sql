-- Views that any SQLite since 3.37 can read, the current decisions, and archives by paths relative to the corpus.
-- 3.37 is the first with STRICT tables. ORDER BY inside an aggregate came with 3.44: an older SQLite that meets it in one
-- view refuses every table of the file.

-- The policy that decided last; nobody reads a clock for it. No row before the first decisions.
CREATE TABLE current_policy (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  policy   INTEGER NOT NULL REFERENCES policy (key)
) STRICT;
-- Ledgers of before do not say which it was: of those with the most decisions, the one that was new last.
INSERT INTO current_policy (only_row, policy)
  SELECT 1, policy FROM decision GROUP BY policy ORDER BY count(*) DESC, policy DESC LIMIT 1;

DROP VIEW decisions;

-- One row for each document under the policy that decided last. Documents that came later are in none until they are decided about.
CREATE VIEW decisions AS
SELECT
  p.name AS policy, -- name that the policy gives itself
  lower(hex(p.sha256)) AS policy_sha256, -- digest of its canonical JSON
  x.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
  x.kept AS kept, -- 1 kept, 0 refused
  (SELECT json_group_array(w.text) FROM (SELECT t.text FROM json_each(r.reasons) j JOIN term t ON t.key = j.value ORDER BY j.key) w) AS reasons -- JSON array of all reasons that hold; empty when kept
FROM decision x
JOIN policy p ON p.key = x.policy
JOIN capture c ON c.key = x.document
JOIN reason_set r ON r.key = x.reason_set
-- A subquery and no join: rows of other policies are not read.
WHERE x.policy = (SELECT policy FROM current_policy);

-- One row for each document and each policy that ever decided about it, the current one among them. Those of an earlier policy are as old as it: what came later is not in them.
CREATE VIEW decision_history AS
SELECT
  p.name AS policy, -- name that the policy gives itself
  lower(hex(p.sha256)) AS policy_sha256, -- digest of its canonical JSON
  x.document AS key, -- of the document
  lower(hex(c.id)) AS id, -- of the document
  x.kept AS kept, -- 1 kept, 0 refused
  (SELECT json_group_array(w.text) FROM (SELECT t.text FROM json_each(r.reasons) j JOIN term t ON t.key = j.value ORDER BY j.key) w) AS reasons, -- JSON array of all reasons that hold; empty when kept
  x.policy = coalesce((SELECT policy FROM current_policy), 0) AS is_current -- 1 when the policy is the one that decided last, 0 otherwise
FROM decision x
JOIN policy p ON p.key = x.policy
JOIN capture c ON c.key = x.document
JOIN reason_set r ON r.key = x.reason_set;

-- `words` used to count symbols too; what the rule measured is the number of words.
UPDATE document SET words = m.value
  FROM (
    SELECT d.key, json_extract(d.measurements, '$[' || r.position || ']') AS value
    FROM document d
    JOIN capture c ON c.key = d.key
    JOIN slice s ON s.key = c.slice
    JOIN rule r ON r.rule_set = s.rule_set AND r.name = 'gopher/word-count'
  ) m
  WHERE m.key = document.key AND m.value <> document.words;
