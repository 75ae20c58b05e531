-- Parameters; parameter 0 is what a scalar function returns.
-- columns: object_id int, parameter_id int, name nvarchar(128), type_schema nvarchar(128), type_name nvarchar(128), is_user_defined bit, max_length smallint, precision tinyint, scale tinyint, is_output bit
SELECT p.object_id, p.parameter_id, CAST(p.name AS nvarchar(128)) AS name,
	CAST(ts.name AS nvarchar(128)) AS type_schema, COALESCE(t.name, TYPE_NAME(p.system_type_id)) AS type_name, t.is_user_defined,
	p.max_length, p.precision, p.scale, p.is_output
FROM sys.parameters p
JOIN sys.objects o ON o.object_id = p.object_id
LEFT JOIN sys.types t ON t.user_type_id = p.user_type_id
LEFT JOIN sys.schemas ts ON ts.schema_id = t.schema_id
WHERE o.is_ms_shipped = 0
ORDER BY p.object_id, p.parameter_id
