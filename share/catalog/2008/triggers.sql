-- What fires a trigger, and where.
-- columns: object_id int, parent_schema nvarchar(128), parent_name nvarchar(128), is_disabled bit, is_instead_of bit, event nvarchar(60)
SELECT t.object_id, CAST(s.name AS nvarchar(128)) AS parent_schema, CAST(o.name AS nvarchar(128)) AS parent_name,
	t.is_disabled, t.is_instead_of_trigger AS is_instead_of,
	e.type_desc AS event
FROM sys.triggers t
LEFT JOIN sys.trigger_events e ON e.object_id = t.object_id
LEFT JOIN sys.objects o ON o.object_id = t.parent_id
LEFT JOIN sys.schemas s ON s.schema_id = o.schema_id
WHERE t.is_ms_shipped = 0
ORDER BY t.object_id, e.type
