DROP TABLE disposition;
DROP TABLE letter;
