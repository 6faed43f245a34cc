-- Which misses were told since a moment, and which were told so long ago that they are forgotten.
CREATE INDEX overdue_notice_since ON overdue_notice (since);
