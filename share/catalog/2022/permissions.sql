-- What the login may see. From SQL Server 2022 on, the performance views ask
-- for VIEW ... PERFORMANCE STATE, which VIEW ... STATE implies.
-- columns: view_definition int, select_rows int, view_database_state int, view_server_state int
SELECT CASE WHEN IS_SRVROLEMEMBER('sysadmin') = 1 OR IS_MEMBER('db_owner') = 1 THEN 1
		ELSE CAST(HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') AS int) END AS view_definition,
	CAST(HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'SELECT') AS int) AS select_rows,
	CAST(HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DATABASE PERFORMANCE STATE') AS int) AS view_database_state,
	CAST(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE') AS int) AS view_server_state
