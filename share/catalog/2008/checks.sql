-- Check constraints.
-- columns: object_id int, name nvarchar(128), definition nvarchar(max), is_disabled bit, is_not_trusted bit
SELECT k.parent_object_id AS object_id, CAST(k.name AS nvarchar(128)) AS name, k.definition,
	k.is_disabled, k.is_not_trusted
FROM sys.check_constraints k
ORDER BY k.parent_object_id, k.object_id
