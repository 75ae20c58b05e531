-- Rows of tables over all distributions of a dedicated pool.
-- columns: object_id int, row_count bigint
SELECT t.object_id, SUM(n.row_count) AS row_count
FROM sys.tables t
JOIN sys.pdw_table_mappings m ON m.object_id = t.object_id
JOIN sys.pdw_nodes_tables nt ON nt.name = m.physical_name
JOIN sys.dm_pdw_nodes_db_partition_stats n ON n.object_id = nt.object_id AND n.pdw_node_id = nt.pdw_node_id AND n.distribution_id = nt.distribution_id
WHERE n.index_id IN (0, 1)
GROUP BY t.object_id
ORDER BY t.object_id
