DROP TABLE overdue_notice;
