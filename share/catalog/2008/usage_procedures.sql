-- Runs of procedures since their plans were made. Absence is not disuse.
-- Needs VIEW SERVER STATE.
-- columns: object_id int, executions bigint, last_run nvarchar(30), since nvarchar(30)
SELECT p.object_id, SUM(p.execution_count) AS executions,
	CONVERT(nvarchar(30), MAX(p.last_execution_time), 126) AS last_run,
	CONVERT(nvarchar(30), MIN(i.sqlserver_start_time), 126) AS since
FROM sys.dm_exec_procedure_stats p
CROSS JOIN sys.dm_os_sys_info i
WHERE p.database_id = DB_ID()
GROUP BY p.object_id
ORDER BY p.object_id
