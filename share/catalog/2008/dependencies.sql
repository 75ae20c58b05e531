-- What the catalogue knows of references; referenced_id is NULL for another
-- database, a missing object, or one that depends on the caller.
-- columns: object_id int, server_name nvarchar(128), database_name nvarchar(128), schema_name nvarchar(128), entity_name nvarchar(128), referenced_schema nvarchar(128), referenced_name nvarchar(128), column_name nvarchar(128), is_caller_dependent bit, is_ambiguous bit, referenced_class tinyint
SELECT d.referencing_id AS object_id,
	d.referenced_server_name AS server_name,
	d.referenced_database_name AS database_name,
	d.referenced_schema_name AS schema_name,
	d.referenced_entity_name AS entity_name,
	CAST(s.name AS nvarchar(128)) AS referenced_schema, CAST(o.name AS nvarchar(128)) AS referenced_name,
	CAST(c.name AS nvarchar(128)) AS column_name,
	d.is_caller_dependent, d.is_ambiguous, d.referenced_class
FROM sys.sql_expression_dependencies d
LEFT JOIN sys.objects o ON o.object_id = d.referenced_id AND d.referenced_class = 1
LEFT JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.columns c ON c.object_id = d.referenced_id AND c.column_id = d.referenced_minor_id AND d.referenced_class = 1
WHERE d.referencing_class = 1
ORDER BY d.referencing_id
