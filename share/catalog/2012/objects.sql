-- Every object that is migrated or referred to; sequences since 2012.
-- columns: object_id int, schema_name nvarchar(128), name nvarchar(128), type char(2), parent_id int, modified nvarchar(30), synonym_target nvarchar(1035), sequence_type nvarchar(128), sequence_precision tinyint, sequence_start nvarchar(40), sequence_increment nvarchar(40), sequence_minimum nvarchar(40), sequence_maximum nvarchar(40), sequence_cycles bit
SELECT o.object_id, CAST(s.name AS nvarchar(128)) AS schema_name, CAST(o.name AS nvarchar(128)) AS name, o.type,
	o.parent_object_id AS parent_id,
	CONVERT(nvarchar(30), o.modify_date, 126) AS modified,
	sy.base_object_name AS synonym_target,
	CAST(st.name AS nvarchar(128)) AS sequence_type, sq.precision AS sequence_precision,
	CAST(sq.start_value AS nvarchar(40)) AS sequence_start,
	CAST(sq.increment AS nvarchar(40)) AS sequence_increment,
	CAST(sq.minimum_value AS nvarchar(40)) AS sequence_minimum,
	CAST(sq.maximum_value AS nvarchar(40)) AS sequence_maximum,
	sq.is_cycling AS sequence_cycles
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.synonyms sy ON sy.object_id = o.object_id
LEFT JOIN sys.sequences sq ON sq.object_id = o.object_id
LEFT JOIN sys.types st ON st.user_type_id = sq.user_type_id
WHERE o.is_ms_shipped = 0
	AND o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR', 'SN', 'SO', 'PC', 'FS', 'FT', 'TA', 'AF')
ORDER BY o.object_id
