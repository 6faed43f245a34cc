ALTER TABLE rejection DROP COLUMN subject;
