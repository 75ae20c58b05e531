-- Every object that is migrated or referred to; sequences since 2012. An
-- engine that only answers like this version may keep sys.sequences empty, and
-- show the sequences behind identity columns among the objects.
-- columns: object_id int, schema_name nvarchar(128), name nvarchar(128), type char(2), parent_id int, modified nvarchar(30), synonym_target nvarchar(1035), sequence_type nvarchar(128), sequence_precision tinyint, sequence_start nvarchar(40), sequence_increment nvarchar(40), sequence_minimum nvarchar(40), sequence_maximum nvarchar(40), sequence_cycles bit
SELECT o.object_id, CAST(s.name AS nvarchar(128)) AS schema_name, CAST(o.name AS nvarchar(128)) AS name, o.type,
	o.parent_object_id AS parent_id,
	CONVERT(nvarchar(30), o.modify_date, 126) AS modified,
	sy.base_object_name AS synonym_target,
	COALESCE(CAST(st.name AS nvarchar(128)), qi.DATA_TYPE) AS sequence_type, sq.precision AS sequence_precision,
	COALESCE(CAST(sq.start_value AS nvarchar(40)), CAST(qi.START_VALUE AS nvarchar(40))) AS sequence_start,
	COALESCE(CAST(sq.increment AS nvarchar(40)), CAST(qi.INCREMENT AS nvarchar(40))) AS sequence_increment,
	COALESCE(CAST(sq.minimum_value AS nvarchar(40)), CAST(qi.MINIMUM_VALUE AS nvarchar(40))) AS sequence_minimum,
	COALESCE(CAST(sq.maximum_value AS nvarchar(40)), CAST(qi.MAXIMUM_VALUE AS nvarchar(40))) AS sequence_maximum,
	sq.is_cycling AS sequence_cycles
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.synonyms sy ON sy.object_id = o.object_id
LEFT JOIN sys.sequences sq ON sq.object_id = o.object_id
LEFT JOIN sys.types st ON st.user_type_id = sq.user_type_id
LEFT JOIN INFORMATION_SCHEMA.SEQUENCES qi ON sq.object_id IS NULL AND o.type = 'SO'
	AND qi.SEQUENCE_SCHEMA = s.name AND qi.SEQUENCE_NAME = o.name
WHERE o.is_ms_shipped = 0
	AND o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR', 'SN', 'SO', 'PC', 'FS', 'FT', 'TA', 'AF')
	AND (o.type <> 'SO' OR sq.object_id IS NOT NULL OR NOT EXISTS (
		SELECT 1 FROM sys.identity_columns i
		JOIN sys.objects io ON io.object_id = i.object_id
		WHERE io.schema_id = o.schema_id
			AND o.name = io.name + N'_' + i.name + N'_seq'))
ORDER BY o.object_id
