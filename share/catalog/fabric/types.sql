-- Alias types: a Fabric warehouse has no table types, nor a view of them.
-- columns: user_type_id int, schema_name nvarchar(128), name nvarchar(128), base_type nvarchar(128), max_length smallint, precision tinyint, scale tinyint, is_nullable bit, is_table_type bit, is_assembly_type bit
SELECT t.user_type_id, CAST(s.name AS nvarchar(128)) AS schema_name, CAST(t.name AS nvarchar(128)) AS name,
	CAST(b.name AS nvarchar(128)) AS base_type, t.max_length, t.precision, t.scale,
	t.is_nullable, t.is_table_type, t.is_assembly_type
FROM sys.types t
JOIN sys.schemas s ON s.schema_id = t.schema_id
LEFT JOIN sys.types b ON b.user_type_id = t.system_type_id
WHERE t.is_user_defined = 1
ORDER BY t.user_type_id
