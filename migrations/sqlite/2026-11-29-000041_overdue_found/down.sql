DROP INDEX overdue_notice_since;
