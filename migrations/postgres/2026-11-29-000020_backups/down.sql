DROP TABLE lease;
DROP TABLE backup;
