-- Asked before and after: did the catalogue change while it was read?
-- columns: objects bigint, modified nvarchar(30)
SELECT COUNT_BIG(*) AS objects,
	CONVERT(nvarchar(30), MAX(o.modify_date), 126) AS modified
FROM sys.objects o
WHERE o.is_ms_shipped = 0
