DROP TABLE day_filling;
