-- Columns: a Fabric warehouse has masks, but no generated ones.
-- columns: object_id int, column_id int, name nvarchar(128), type_schema nvarchar(128), type_name nvarchar(128), is_user_defined bit, max_length smallint, precision tinyint, scale tinyint, is_nullable bit, collation_name nvarchar(128), is_identity bit, seed nvarchar(40), increment nvarchar(40), is_computed bit, masking nvarchar(4000)
SELECT c.object_id, c.column_id, CAST(c.name AS nvarchar(128)) AS name,
	CAST(ts.name AS nvarchar(128)) AS type_schema, COALESCE(t.name, TYPE_NAME(c.system_type_id)) AS type_name, t.is_user_defined,
	c.max_length, c.precision, c.scale, c.is_nullable, c.collation_name,
	c.is_identity,
	CAST(ic.seed_value AS nvarchar(40)) AS seed,
	CAST(ic.increment_value AS nvarchar(40)) AS increment,
	c.is_computed,
	mc.masking_function AS masking
FROM sys.columns c
JOIN sys.objects o ON o.object_id = c.object_id
LEFT JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.schemas ts ON ts.schema_id = t.schema_id
LEFT JOIN sys.identity_columns ic ON ic.object_id = c.object_id AND ic.column_id = c.column_id
LEFT JOIN sys.masked_columns mc ON mc.object_id = c.object_id AND mc.column_id = c.column_id
WHERE (o.is_ms_shipped = 0 OR o.type = 'TT')
ORDER BY c.object_id, c.column_id
