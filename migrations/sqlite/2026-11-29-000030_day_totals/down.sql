DROP TABLE day_growth;
DROP TABLE dataset_profile;
DROP TABLE reason_mark;
DROP TABLE reason_total;
DROP TABLE day_sum;
DROP TABLE last_exchange;
DROP TABLE day_total;
