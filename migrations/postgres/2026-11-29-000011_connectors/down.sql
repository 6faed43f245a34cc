DROP TABLE connector;
