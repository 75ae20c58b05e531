-- Foreign keys with their columns.
-- columns: object_id int, key_id int, name nvarchar(128), referenced_schema nvarchar(128), referenced_name nvarchar(128), is_disabled bit, is_not_trusted bit, column_name nvarchar(128), referenced_column nvarchar(128)
SELECT f.parent_object_id AS object_id, f.object_id AS key_id, CAST(f.name AS nvarchar(128)) AS name,
	CAST(rs.name AS nvarchar(128)) AS referenced_schema, CAST(ro.name AS nvarchar(128)) AS referenced_name,
	f.is_disabled, f.is_not_trusted,
	CAST(pc.name AS nvarchar(128)) AS column_name, CAST(rc.name AS nvarchar(128)) AS referenced_column
FROM sys.foreign_keys f
JOIN sys.foreign_key_columns fc ON fc.constraint_object_id = f.object_id
JOIN sys.columns pc ON pc.object_id = fc.parent_object_id AND pc.column_id = fc.parent_column_id
LEFT JOIN sys.objects ro ON ro.object_id = f.referenced_object_id
LEFT JOIN sys.schemas rs ON rs.schema_id = ro.schema_id
LEFT JOIN sys.columns rc ON rc.object_id = fc.referenced_object_id AND rc.column_id = fc.referenced_column_id
ORDER BY f.parent_object_id, f.object_id, fc.constraint_column_id
