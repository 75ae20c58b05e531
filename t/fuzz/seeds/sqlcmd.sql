:setvar a "b"
:r x.sql
SELECT $(a) FROM [$(b)].t
GO
!!dir
