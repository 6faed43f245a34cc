DROP TABLE session;
DROP TABLE assignment;
DROP TABLE person;
