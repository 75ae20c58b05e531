-- Agent jobs with T-SQL steps. Needs SELECT on these two tables of msdb.
-- columns: job_name nvarchar(128), enabled tinyint, job_description nvarchar(512), step_id int, step_name nvarchar(128), database_name nvarchar(128), command nvarchar(max)
SELECT j.name AS job_name, j.enabled, j.description AS job_description,
	t.step_id, t.step_name, t.database_name, t.command
FROM msdb.dbo.sysjobs j
JOIN msdb.dbo.sysjobsteps t ON t.job_id = j.job_id
WHERE t.subsystem = N'TSQL'
ORDER BY j.name, t.step_id
