-- Rows of tables where dm_db_partition_stats may not be read: approximate; no
-- rows may mean that nobody counted them, so that these are left out.
-- columns: object_id int, row_count bigint
SELECT p.object_id, SUM(p.rows) AS row_count
FROM sys.partitions p
JOIN sys.objects o ON o.object_id = p.object_id
WHERE p.index_id IN (0, 1) AND o.type = 'U' AND o.is_ms_shipped = 0
GROUP BY p.object_id
HAVING SUM(p.rows) > 0
ORDER BY p.object_id
