DROP INDEX exchange_reading_dataset;
