-- Which person a refused payload is about, as a keyed hash, where the contract says which field tells and the
-- payload has it. It goes with the payload: who saw it is told by the log's entry, which holds the hash.
ALTER TABLE rejection ADD COLUMN subject BYTEA;
