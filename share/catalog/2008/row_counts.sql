-- Rows of tables (heap or clustered index). Needs VIEW DATABASE STATE.
-- columns: object_id int, row_count bigint
SELECT p.object_id, SUM(p.row_count) AS row_count
FROM sys.dm_db_partition_stats p
JOIN sys.objects o ON o.object_id = p.object_id
WHERE p.index_id IN (0, 1) AND o.type = 'U' AND o.is_ms_shipped = 0
GROUP BY p.object_id
ORDER BY p.object_id
