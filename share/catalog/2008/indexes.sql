-- Keys and indexes with their columns, key columns first.
-- columns: object_id int, index_id int, name nvarchar(128), type tinyint, is_unique bit, is_primary_key bit, is_unique_constraint bit, is_disabled bit, filter_definition nvarchar(max), column_name nvarchar(128), is_included bit, is_descending bit, key_ordinal int
SELECT i.object_id, i.index_id, CAST(i.name AS nvarchar(128)) AS name, i.type, i.is_unique,
	i.is_primary_key, i.is_unique_constraint, i.is_disabled,
	i.filter_definition,
	CAST(c.name AS nvarchar(128)) AS column_name, ic.is_included_column AS is_included,
	ic.is_descending_key AS is_descending,
	CAST(ic.key_ordinal AS int) AS key_ordinal
FROM sys.indexes i
JOIN sys.objects o ON o.object_id = i.object_id
JOIN sys.index_columns ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE (o.is_ms_shipped = 0 OR o.type = 'TT') AND i.type > 0 AND i.is_hypothetical = 0
ORDER BY i.object_id, i.index_id, ic.is_included_column, ic.key_ordinal, ic.index_column_id
