-- Runs of modules as the Query Store keeps them, over restarts.
-- Needs VIEW DATABASE STATE.
-- columns: object_id int, executions bigint, last_run nvarchar(30)
SELECT q.object_id, MAX(r.executions) AS executions,
	CONVERT(nvarchar(30), MAX(r.last_run), 126) AS last_run
FROM sys.query_store_query q
JOIN (
	SELECT p.query_id, SUM(s.count_executions) AS executions,
		MAX(s.last_execution_time) AS last_run
	FROM sys.query_store_plan p
	JOIN sys.query_store_runtime_stats s ON s.plan_id = p.plan_id
	GROUP BY p.query_id
) r ON r.query_id = q.query_id
WHERE q.object_id > 0
GROUP BY q.object_id
ORDER BY q.object_id
