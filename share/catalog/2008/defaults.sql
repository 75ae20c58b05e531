-- Defaults of columns. Asked by themselves: some servers can't tell every
-- expression, and a join would lose the columns with them.
-- columns: object_id int, column_id int, definition nvarchar(max)
SELECT d.parent_object_id AS object_id, d.parent_column_id AS column_id,
	d.definition
FROM sys.default_constraints d
ORDER BY d.parent_object_id, d.parent_column_id
