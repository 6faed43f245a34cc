ALTER TABLE dataset_head DROP COLUMN erasures;
