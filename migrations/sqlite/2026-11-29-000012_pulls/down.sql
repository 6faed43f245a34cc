DROP TABLE pull_run;
DROP TABLE pull;
