-- Columns of tables, views, table functions and table types. An engine that
-- only answers like this version may leave the seed out of the view.
-- columns: object_id int, column_id int, name nvarchar(128), type_schema nvarchar(128), type_name nvarchar(128), is_user_defined bit, max_length smallint, precision tinyint, scale tinyint, is_nullable bit, collation_name nvarchar(128), is_identity bit, seed nvarchar(40), increment nvarchar(40), is_computed bit
SELECT c.object_id, c.column_id, CAST(c.name AS nvarchar(128)) AS name,
	CAST(ts.name AS nvarchar(128)) AS type_schema, COALESCE(t.name, TYPE_NAME(c.system_type_id)) AS type_name, t.is_user_defined,
	c.max_length, c.precision, c.scale, c.is_nullable, c.collation_name,
	c.is_identity,
	COALESCE(CAST(ic.seed_value AS nvarchar(40)), CASE WHEN c.is_identity = 1
		THEN CAST(IDENT_SEED(QUOTENAME(os.name) + N'.' + QUOTENAME(o.name)) AS nvarchar(40)) END) AS seed,
	COALESCE(CAST(ic.increment_value AS nvarchar(40)), CASE WHEN c.is_identity = 1
		THEN CAST(IDENT_INCR(QUOTENAME(os.name) + N'.' + QUOTENAME(o.name)) AS nvarchar(40)) END) AS increment,
	c.is_computed
FROM sys.columns c
JOIN sys.objects o ON o.object_id = c.object_id
JOIN sys.schemas os ON os.schema_id = o.schema_id
LEFT JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.schemas ts ON ts.schema_id = t.schema_id
LEFT JOIN sys.identity_columns ic ON ic.object_id = c.object_id AND ic.column_id = c.column_id
WHERE (o.is_ms_shipped = 0 OR o.type = 'TT')
ORDER BY c.object_id, c.column_id
