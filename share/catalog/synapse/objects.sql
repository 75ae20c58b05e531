-- Every object: a dedicated pool has no sequences and no synonyms, but external tables.
-- columns: object_id int, schema_name nvarchar(128), name nvarchar(128), type char(2), parent_id int, modified nvarchar(30), external_source nvarchar(128), external_location nvarchar(4000)
SELECT o.object_id, CAST(s.name AS nvarchar(128)) AS schema_name, CAST(o.name AS nvarchar(128)) AS name, o.type,
	o.parent_object_id AS parent_id,
	CONVERT(nvarchar(30), o.modify_date, 126) AS modified,
	CAST(ed.name AS nvarchar(128)) AS external_source, et.location AS external_location
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.external_tables et ON et.object_id = o.object_id
LEFT JOIN sys.external_data_sources ed ON ed.data_source_id = et.data_source_id
WHERE o.is_ms_shipped = 0
	AND o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR', 'PC', 'FS', 'FT', 'TA', 'AF', 'ET')
ORDER BY o.object_id
