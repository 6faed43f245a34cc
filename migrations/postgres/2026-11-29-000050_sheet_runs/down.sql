DROP TABLE sheet_run;
