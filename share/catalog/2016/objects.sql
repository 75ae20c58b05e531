-- Every object; temporal, memory-optimised and external tables since 2016.
-- columns: object_id int, schema_name nvarchar(128), name nvarchar(128), type char(2), parent_id int, modified nvarchar(30), synonym_target nvarchar(1035), sequence_type nvarchar(128), sequence_precision tinyint, sequence_start nvarchar(40), sequence_increment nvarchar(40), sequence_minimum nvarchar(40), sequence_maximum nvarchar(40), sequence_cycles bit, temporal tinyint, history_schema nvarchar(128), history_name nvarchar(128), is_memory_optimized bit, external_source nvarchar(128), external_location nvarchar(4000)
SELECT o.object_id, CAST(s.name AS nvarchar(128)) AS schema_name, CAST(o.name AS nvarchar(128)) AS name, o.type,
	o.parent_object_id AS parent_id,
	CONVERT(nvarchar(30), o.modify_date, 126) AS modified,
	sy.base_object_name AS synonym_target,
	CAST(st.name AS nvarchar(128)) AS sequence_type, sq.precision AS sequence_precision,
	CAST(sq.start_value AS nvarchar(40)) AS sequence_start,
	CAST(sq.increment AS nvarchar(40)) AS sequence_increment,
	CAST(sq.minimum_value AS nvarchar(40)) AS sequence_minimum,
	CAST(sq.maximum_value AS nvarchar(40)) AS sequence_maximum,
	sq.is_cycling AS sequence_cycles,
	t.temporal_type AS temporal,
	CAST(hs.name AS nvarchar(128)) AS history_schema, CAST(h.name AS nvarchar(128)) AS history_name,
	t.is_memory_optimized,
	CAST(ed.name AS nvarchar(128)) AS external_source, et.location AS external_location
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.synonyms sy ON sy.object_id = o.object_id
LEFT JOIN sys.sequences sq ON sq.object_id = o.object_id
LEFT JOIN sys.types st ON st.user_type_id = sq.user_type_id
LEFT JOIN sys.tables t ON t.object_id = o.object_id
LEFT JOIN sys.tables h ON h.object_id = t.history_table_id
LEFT JOIN sys.schemas hs ON hs.schema_id = h.schema_id
LEFT JOIN sys.external_tables et ON et.object_id = o.object_id
LEFT JOIN sys.external_data_sources ed ON ed.data_source_id = et.data_source_id
WHERE o.is_ms_shipped = 0
	AND o.type IN ('U', 'V', 'P', 'FN', 'IF', 'TF', 'TR', 'SN', 'SO', 'PC', 'FS', 'FT', 'TA', 'AF', 'ET')
ORDER BY o.object_id
