-- Hosts as browsers read them (the URL standard: in ASCII, without the root's dot, user and port), so that no spelling of an
-- address leads round a list of hosts. `ledger/reread-hosts.ts` reads those of before again; captures stay in their partition.
CREATE INDEX origin_by_host ON origin (host);
