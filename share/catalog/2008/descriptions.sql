-- Descriptions: class 1 object or column, 3 schema, 6 type.
-- columns: class tinyint, major_id int, minor_id int, description nvarchar(4000)
SELECT e.class, e.major_id, e.minor_id,
	CAST(e.value AS nvarchar(4000)) AS description
FROM sys.extended_properties e
WHERE e.name = N'MS_Description' AND e.class IN (0, 1, 2, 3, 6)
ORDER BY e.major_id, e.minor_id
