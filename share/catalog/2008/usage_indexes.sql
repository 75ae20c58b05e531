-- Reads and writes of tables since the server started.
-- Needs VIEW SERVER STATE.
-- columns: object_id int, reads bigint, writes bigint, last_read nvarchar(30), since nvarchar(30)
SELECT u.object_id,
	SUM(u.user_seeks + u.user_scans + u.user_lookups) AS reads,
	SUM(u.user_updates) AS writes,
	CONVERT(nvarchar(30), MAX(
		CASE WHEN u.last_user_seek >= COALESCE(u.last_user_scan, u.last_user_seek)
				AND u.last_user_seek >= COALESCE(u.last_user_lookup, u.last_user_seek)
			THEN u.last_user_seek
			WHEN u.last_user_scan >= COALESCE(u.last_user_lookup, u.last_user_scan)
			THEN u.last_user_scan
			ELSE u.last_user_lookup END), 126) AS last_read,
	CONVERT(nvarchar(30), MIN(i.sqlserver_start_time), 126) AS since
FROM sys.dm_db_index_usage_stats u
CROSS JOIN sys.dm_os_sys_info i
WHERE u.database_id = DB_ID()
GROUP BY u.object_id
ORDER BY u.object_id
