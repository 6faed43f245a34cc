DROP TABLE access_token;
ALTER TABLE api_key DROP COLUMN networks;
ALTER TABLE api_key DROP COLUMN last_used_at;
ALTER TABLE api_key DROP COLUMN expires_at;
ALTER TABLE api_key DROP COLUMN name;
