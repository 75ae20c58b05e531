#!/usr/bin/env bats
# mssql-extract --project and --dacpac: the same records as from a script.

load lib/helpers

# What is the same whatever the source: all but files, lines and layout.
essence() {
	jq -cS 'select(.id) | del(.definition.file, .definition.line,
		.definition.column)
		| if .kind == "table" then del(.definition) else . end' "$1" |
		sort
}

write_script() {
	cat >db.sql <<'SQL'
CREATE TABLE [sales].[Order] ([ID] int NOT NULL,
	CONSTRAINT [PK_O] PRIMARY KEY ([ID]))
GO
CREATE TABLE [sales].[Order Details] ([Order ID] int NOT NULL,
	[Line] tinyint NOT NULL CONSTRAINT [DF_L] DEFAULT ((1)),
	[Price] decimal(9,2) NULL, [Gross] AS ([Price] * 2),
	CONSTRAINT [FK_O] FOREIGN KEY ([Order ID]) REFERENCES [sales].[Order] ([ID]),
	CONSTRAINT [CK_P] CHECK ([Price] >= 0))
GO
EXEC sp_addextendedproperty @name=N'MS_Description', @value=N'What it costs',
	@level0type=N'SCHEMA', @level0name=N'sales', @level1type=N'TABLE',
	@level1name=N'Order Details', @level2type=N'COLUMN', @level2name=N'Price'
GO
CREATE PROCEDURE [sales].[p] @n int = 3
AS
SELECT @n AS n
GO
CREATE VIEW [sales].[v]
AS
SELECT ID FROM sales.[Order]
GO
SQL
	mssql-extract --ddl db.sql --collation Latin1_General_CI_AS >script.jsonl
}

# The same objects, one a file, in an order that needs two passes.
write_project() {
	mkdir -p p/sales/Tables p/Scripts p/bin
	cat >p/sales/A_default.sql <<'SQL'
EXEC sp_addextendedproperty @name=N'MS_Description', @value=N'What it costs',
	@level0type=N'SCHEMA', @level0name=N'sales', @level1type=N'TABLE',
	@level1name=N'Order Details', @level2type=N'COLUMN', @level2name=N'Price'
GO
ALTER TABLE [sales].[Order Details] ADD CONSTRAINT [CK_P] CHECK ([Price] >= 0)
SQL
	cat >p/sales/Tables/Details.sql <<'SQL'
CREATE TABLE [sales].[Order Details] ([Order ID] int NOT NULL,
	[Line] tinyint NOT NULL CONSTRAINT [DF_L] DEFAULT ((1)),
	[Price] decimal(9,2) NULL, [Gross] AS ([Price] * 2),
	CONSTRAINT [FK_O] FOREIGN KEY ([Order ID]) REFERENCES [sales].[Order] ([ID]))
SQL
	printf 'CREATE TABLE [sales].[Order] ([ID] int NOT NULL,\n\tCONSTRAINT [PK_O] PRIMARY KEY ([ID]))\n' >p/sales/Tables/Order.sql
	printf 'CREATE PROCEDURE [sales].[p] @n int = 3\nAS\nSELECT @n AS n\n' >p/sales/p.sql
	printf 'CREATE VIEW [sales].[v]\nAS\nSELECT ID FROM sales.[Order]\n' >p/sales/v.sql
	printf 'CREATE TABLE [dbo].[not_this] (a int)\n' >p/Scripts/post.sql
	cp p/Scripts/post.sql p/bin/copy.sql
}

@test "an SDK-style project gives the records of the script" {
	write_script
	write_project
	cat >p/p.sqlproj <<'XML'
<Project DefaultTargets="Build">
  <Sdk Name="Microsoft.Build.Sql" Version="0.2.0" />
  <PropertyGroup><Name>p</Name>
    <DefaultCollation>Latin1_General_CI_AS</DefaultCollation></PropertyGroup>
  <ItemGroup><PostDeploy Include="Scripts\post.sql" /></ItemGroup>
</Project>
XML
	mssql-extract --project p/p.sqlproj >project.jsonl
	valid project.jsonl
	diff <(essence script.jsonl | sed 's/"database":null/"database":"p"/') \
		<(essence project.jsonl)
	is "$(jq -r 'select(.kind == "database") | .collation' project.jsonl)" \
		Latin1_General_CI_AS
}

@test "an old-style project takes the files that it lists" {
	write_script
	write_project
	cat >p/p.sqlproj <<'XML'
<?xml version="1.0" encoding="utf-8"?>
<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">
  <ItemGroup>
    <Build Include="sales\A_default.sql" />
    <Build Include="sales\Tables\*.sql" />
    <Build Include="sales\p.sql" /><Build Include="Sales\V.sql" />
  </ItemGroup>
</Project>
XML
	mssql-extract --project p/p.sqlproj --collation Latin1_General_CI_AS >project.jsonl
	diff <(essence script.jsonl | sed 's/"database":null/"database":"p"/') \
		<(essence project.jsonl)
}

@test "a file that the project lists and that isn't there is named" {
	mkdir p
	printf '<Project><ItemGroup><Build Include="a\\b.sql"/></ItemGroup></Project>' >p/p.sqlproj
	run mssql-extract --project p/p.sqlproj
	status_is 2
	has "p/a/b.sql"
}

@test "a dacpac gives the records of the script" {
	write_script
	"$PYTHON" "$MIG_TOP/t/lib/make_dacpac.py" db.dacpac
	mssql-extract --dacpac db.dacpac >dacpac.jsonl
	valid dacpac.jsonl
	diff <(essence script.jsonl) <(essence dacpac.jsonl)
}

@test "what is no dacpac is exit status 2 with the reason" {
	printf 'no zip' >x.dacpac
	run mssql-extract --dacpac x.dacpac
	status_is 2
	has "x.dacpac"
	run mssql-extract --dacpac none.dacpac
	status_is 2
}

@test "a backup is refused with what to do instead" {
	: >x.bak
	run mssql-extract --dacpac x.bak
	status_is 2
	has "restore it"
}

@test "a model.xml that is cut is an error" {
	"$PYTHON" - <<'PY'
import zipfile
with zipfile.ZipFile("x.dacpac", "w") as z:
    z.writestr("model.xml", "<DataSchemaModel><Model><Element Type='SqlTable'")
PY
	run mssql-extract --dacpac x.dacpac
	status_is 2
	has "model.xml"
}

@test "a Model inside of an element of a model.xml is no model" {
	"$PYTHON" - <<'PY'
import zipfile
with zipfile.ZipFile("x.dacpac", "w") as z:
    z.writestr("model.xml", "<D><Model><Element Type='SqlTable' Name='[a].[b]'>"
        "<Relationship Name='Columns'><Entry><Element><Model>"
        "<Element Type='SqlView'/><Element Type='SqlView'/></Model></Element>"
        "</Entry><Entry/></Relationship></Element></Model></D>")
PY
	run timeout 10 mssql-extract --dacpac x.dacpac
	[ "$status" -le 2 ]
}

@test "a package: CLR, triggers of the database, table types, alias types" {
	"$PYTHON" - <<'PY'
import zipfile
def rel(name, *entries):
    return "<Relationship Name='%s'>%s</Relationship>" % (name, "".join(
        "<Entry>%s</Entry>" % e for e in entries))
def ref(name):
    return "<References Name='%s'/>" % name
def prop(**kv):
    return "".join("<Property Name='%s' Value='%s'/>" % i for i in kv.items())
def element(kind, name, *inner):
    return "<Element Type='%s' %s>%s</Element>" % (kind,
        "Name='%s'" % name if name else "", "".join(inner))
def typed(relation, t, **kv):
    return rel(relation, element("SqlTypeSpecifier", None, prop(**kv),
        rel("Type", ref(t))))
model = [
    element("SqlUserDefinedDataType", "[dbo].[code]",
        prop(Length="9", IsNullable="False"), rel("Type", ref("[varchar]"))),
    element("SqlTable", "[dbo].[t]", rel("Columns",
        element("SqlSimpleColumn", "[dbo].[t].[a]",
            prop(IsNullable="False", GeneratedAlwaysType="1"),
            typed("TypeSpecifier", "[datetime2]", Scale="7")))),
    element("SqlDefaultConstraint", "[dbo].[DF_a]",
        prop(DefaultExpressionScript="(getdate())"),
        rel("DefiningTable", ref("[dbo].[t]")),
        rel("ForColumn", ref("[dbo].[t].[a]"))),
    element("SqlExtendedProperty",
        "[SqlDefaultConstraint].[dbo].[DF_a].[MS_Description]",
        prop(Value="N&apos;now&apos;"), rel("Host", ref("[dbo].[DF_a]"))),
    element("SqlTableType", "[dbo].[tt]", rel("Columns",
        element("SqlTableTypeSimpleColumn", "[dbo].[tt].[k]",
            typed("TypeSpecifier", "[int]")),
        element("SqlTableTypeSimpleColumn", "[dbo].[tt].[v]",
            prop(IsNullable="True"), typed("TypeSpecifier", "[int]"))),
        rel("Constraints", element("SqlTableTypePrimaryKeyConstraint", None,
            rel("ColumnSpecifications", element("X", None,
                rel("Column", ref("[dbo].[tt].[k]"))))))),
    element("SqlScalarFunction", "[dbo].[clr]", rel("FunctionBody",
        element("SqlClrFunctionImplementation", None,
            prop(MethodName="M", ClassName="N.C"),
            rel("Assembly", ref("[Asm]")))),
        rel("Parameters", element("SqlSubroutineParameter",
            "[dbo].[clr].[@p]", typed("Type", "[nvarchar]", Length="5"))),
        typed("Type", "[int]")),
    element("SqlDatabaseDdlTrigger", "[ddl]",
        prop(BodyScript=" PRINT 1", HeaderContents="CREATE TRIGGER [ddl] ON "
            "DATABASE FOR CREATE_TABLE AS")),
]
with zipfile.ZipFile("x.dacpac", "w") as z:
    z.writestr("model.xml", "<DataSchemaModel><Model>%s</Model>"
        "</DataSchemaModel>" % "".join(model))
PY
	mssql-extract x.dacpac >x.jsonl
	valid x.jsonl
	is "$(jq -c 'select(.id) | [.kind, .id, .base_type, .function_type,
		.returns, .parameters[0].type, [.columns[]? | .type, .nullable,
		.generated, .default], .primary_key.columns]' x.jsonl)" \
		'["type","dbo.code","varchar(9)",null,null,null,[],null]
["table","dbo.t",null,null,null,null,["datetime2(7)",false,"row_start","(getdate())"],null]
["type","dbo.tt","table",null,null,null,["int",false,null,null,"int",true,null,null],["k"]]
["function","dbo.clr",null,"clr","int","nvarchar(5)",[],null]
["trigger","dbo.ddl",null,null,null,null,[],null]'
}

@test "a project's variables, references, escapes and files beside it" {
	mkdir -p main/sub base other beside
	cat >main/main.sqlproj <<'XML'
<Project DefaultTargets="Build">
  <Sdk Name="Microsoft.Build.Sql" Version="2.0.0"/>
  <ItemGroup>
    <Build Include="..\beside\**\*.sql"/>
    <Build Include="sub\%40odd.sql"/>
    <ProjectReference Include="..\base\base.sqlproj"/>
    <ProjectReference Include="..\other\other.sqlproj">
      <DatabaseSqlCmdVariable>OtherDb</DatabaseSqlCmdVariable>
    </ProjectReference>
    <ProjectReference Include="..\gone\gone.sqlproj">
      <DatabaseVariableLiteralValue>gone</DatabaseVariableLiteralValue>
    </ProjectReference>
  </ItemGroup>
</Project>
XML
	echo '<Project Sdk="Microsoft.Build.Sql"/>' >base/base.sqlproj
	echo '<Project Sdk="Microsoft.Build.Sql"/>' >other/other.sqlproj
	echo 'CREATE TABLE dbo.b (id int)' >base/b.sql
	echo 'CREATE TABLE dbo.o (id int, x money)' >other/o.sql
	echo 'CREATE VIEW dbo.v AS SELECT b.id, o.x FROM dbo.b JOIN
		[$(OtherDb)].dbo.o ON o.id = b.id' >main/v.sql
	echo 'ALTER DATABASE [$(DatabaseName)] SET READ_WRITE' >main/d.sql
	echo 'CREATE TABLE dbo.odd (a int)' >main/sub/@odd.sql
	echo 'CREATE TABLE dbo.beside (a int)' >beside/t.sql
	mssql-extract main/main.sqlproj >main.jsonl
	is "$(jq -r 'select(.kind == "database").name' main.jsonl)" main
	is "$(jq -r 'select(.id).id' main.jsonl | sort | paste -sd' ')" \
		'dbo.beside dbo.odd dbo.v'
	is "$(jq -c 'select(.id == "dbo.v") | [[.columns[].type],
		[.dependencies[].target], .findings]' main.jsonl)" \
		'[["int","money"],["dbo.b","other.dbo.o"],[]]'
	mssql-extract main/main.sqlproj -v OtherDb=prod >main.jsonl
	has_target=$(jq -r 'select(.id == "dbo.v").dependencies[1].target' \
		main.jsonl)
	is "$has_target" prod.dbo.o
}

@test "a package leaves out ANSI_NULLS OFF and QUOTED_IDENTIFIER ON" {
	"$PYTHON" - <<'PY'
import zipfile
def view(name, *properties):
    return ("<Element Type='SqlView' Name='[dbo].[%s]'>"
        "<Property Name='QueryScript'><Value>SELECT 1 AS a</Value></Property>"
        "%s<Annotation Type='SysCommentsObjectAnnotation'><Property "
        "Name='HeaderContents' Value='CREATE VIEW dbo.%s AS '/></Annotation>"
        "</Element>" % (name, "".join("<Property Name='%s' Value='%s'/>" % p
            for p in properties), name))
said = view("a", ("IsAnsiNullsOn", "True"))
unsaid = view("b") + view("c", ("IsQuotedIdentifierOn", "False"))
for name, model in (("x", said + unsaid), ("y", unsaid)):
    with zipfile.ZipFile(name + ".dacpac", "w") as z:
        z.writestr("model.xml", "<DataSchemaModel><Model>" + model +
            "</Model></DataSchemaModel>")
PY
	flags='select(.id) | "\(.name) \(.definition | .quoted_identifier,
		.ansi_nulls)"'
	is "$(mssql-extract x.dacpac | jq -r "$flags" | paste -sd,)" \
		'a true,a true,b true,b false,c false,c false'
	is "$(mssql-extract y.dacpac | jq -r "$flags" | paste -sd,)" \
		'b true,b true,c false,c true'
}
