DELETE FROM secret WHERE name LIKE 'subscription/%';
DROP TABLE subscription;
