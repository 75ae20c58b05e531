-- Expressions of computed columns.
-- columns: object_id int, column_id int, is_persisted bit, definition nvarchar(max)
SELECT c.object_id, c.column_id, c.is_persisted, c.definition
FROM sys.computed_columns c
ORDER BY c.object_id, c.column_id
