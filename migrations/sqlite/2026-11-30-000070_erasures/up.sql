-- How often something of the dataset was erased: what was read before is not what it holds.
ALTER TABLE dataset_head ADD COLUMN erasures BIGINT NOT NULL DEFAULT 0;
