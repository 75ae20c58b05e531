-- What is on the other side, and how its database compares names.
-- columns: product_version nvarchar(128), edition nvarchar(128), engine_edition int, database_name nvarchar(128), collation_name nvarchar(128), compatibility_level int, user_name nvarchar(128), login_name nvarchar(128)
SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) AS product_version,
	CAST(SERVERPROPERTY('Edition') AS nvarchar(128)) AS edition,
	CAST(SERVERPROPERTY('EngineEdition') AS int) AS engine_edition,
	d.name AS database_name,
	d.collation_name AS collation_name,
	CAST(d.compatibility_level AS int) AS compatibility_level,
	CAST(USER_NAME() AS nvarchar(128)) AS user_name,
	CAST(SUSER_SNAME() AS nvarchar(128)) AS login_name
FROM sys.databases d
WHERE d.name = DB_NAME()
