-- The text of views, procedures, functions and triggers, streamed last. A
-- NULL definition is encrypted, or not for this login to see.
-- columns: object_id int, definition nvarchar(max), uses_quoted_identifier bit, uses_ansi_nulls bit, is_encrypted int, modified nvarchar(30)
SELECT m.object_id, m.definition, m.uses_quoted_identifier,
	m.uses_ansi_nulls,
	CAST(OBJECTPROPERTY(m.object_id, 'IsEncrypted') AS int) AS is_encrypted,
	CONVERT(nvarchar(30), o.modify_date, 126) AS modified
FROM sys.sql_modules m
JOIN sys.objects o ON o.object_id = m.object_id
WHERE o.is_ms_shipped = 0
ORDER BY m.object_id
