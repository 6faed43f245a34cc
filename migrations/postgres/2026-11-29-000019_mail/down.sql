DROP INDEX notice_unmailed;
ALTER TABLE notice DROP COLUMN mailed_at;
DROP TABLE mail;
DROP TABLE mail_address;
