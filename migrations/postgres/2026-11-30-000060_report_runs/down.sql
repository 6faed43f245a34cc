DROP TABLE report_run;
