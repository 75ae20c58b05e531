-- Tables and views in sight whose rows this login may not read: asked for
-- --check and --rows. Owners read everything, and some engines answer 0 to
-- them for a name with ] in it.
-- columns: objects bigint, example nvarchar(257)
SELECT COUNT_BIG(*) AS objects,
	CAST(MIN(s.name + N'.' + o.name) AS nvarchar(257)) AS example
FROM sys.objects o
JOIN sys.schemas s ON s.schema_id = o.schema_id
WHERE COALESCE(IS_SRVROLEMEMBER('sysadmin'), 0) = 0 AND COALESCE(IS_MEMBER('db_owner'), 0) = 0
	AND o.is_ms_shipped = 0 AND o.type IN ('U', 'V')
	AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), N'OBJECT', N'SELECT') = 0
