-- Names, comments and literals that Jinja, YAML or a shell would run.
CREATE SCHEMA bad
GO
CREATE TABLE bad.[t{{ 1/0 }}] (
	[id] int NOT NULL PRIMARY KEY,
	[a"b{% raw %}] nvarchar(40) NULL,
	[c'd: #{# x] int NULL,
	[$(touch pwned)] int NULL
)
GO
-- {{ exceptions.raise_compiler_error("a comment ran") }}
CREATE VIEW bad.vw_literals AS
SELECT id, '{{ 1/0 }}' AS a, N'{% endraw %}{{{{' AS b, 'it''s {# "gone" #}' AS c,
	'back\slash' AS d, 'two
lines' AS e, [a"b{% raw %}] AS [x}}{{ y]
FROM bad.[t{{ 1/0 }}]
WHERE [a"b{% raw %}] <> '{%- set x = 1 -%}' OR [c'd: #{# x] = 1
GO
CREATE VIEW bad.[../../escape] AS SELECT id FROM bad.[t{{ 1/0 }}]
GO
