ALTER TABLE document DROP CONSTRAINT document_letter;
DROP TABLE disposition;
DROP TABLE letter;
