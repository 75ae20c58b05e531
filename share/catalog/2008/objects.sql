-- Every object that is migrated or referred to.
-- columns: object_id int, schema_name nvarchar(128), name nvarchar(128), type char(2), parent_id int, modified nvarchar(30), synonym_target nvarchar(1035)
SELECT o.object_id, CAST(s.name AS nvarchar(128)) AS schema_name, CAST(o.name AS nvarchar(128)) AS name, o.type,
	o.parent_object_id AS parent_id,
	CONVERT(nvarchar(30), o.modify_date, 126) AS modified,
	sy.base_object_name AS synonym_target
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.synonyms sy ON sy.object_id = o.object_id
WHERE o.is_ms_shipped = 0
	AND o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR', 'SN', 'PC', 'FS', 'FT', 'TA', 'AF')
ORDER BY o.object_id
