-- Who saw a person is looked up dataset by dataset: among the readings of all datasets those of one that few
-- read would be sought row by row. No write of records touches it.
CREATE INDEX exchange_reading_dataset ON exchange (dataset_id, id, part) WHERE reading IS NOT NULL;
