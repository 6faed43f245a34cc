DROP TABLE document_chunk;
DROP TABLE document;
