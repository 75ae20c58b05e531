#!/usr/bin/env bats
# .sqlproj files as MSBuild evaluates them: conditions, the order of items,
# imports, and what must not be followed.

load lib/helpers

# Tables named t: one file each, t.sql.
tables() {
	for t; do
		mkdir -p "$(dirname "$t")"
		echo "CREATE TABLE dbo.[$(basename "$t" .sql)] (a int)" >"$t"
	done
}

# takes NAMES PROJECT [OPTION...]: the project has just these tables. What was
# said is in $output.
takes() {
	names=$1
	shift
	status=0
	mssql-extract --project "$@" >out.jsonl 2>err || status=$?
	output=$(cat err)
	is "$(jq -r 'select(.kind == "table").name' out.jsonl | sort |
		paste -sd' ')" "$names"
}

old() {
	cat >"$1"
	sed -i '1i <Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003">' "$1"
	echo '</Project>' >>"$1"
}

sdk() {
	cat >"$1"
	sed -i '1i <Project Sdk="Microsoft.Build.Sql/1.0.0">' "$1"
	echo '</Project>' >>"$1"
}

@test "each form of a condition" {
	n=0
	: >items
	while read -r verdict condition; do
		n=$((n + 1))
		tables "p/$verdict$n.sql"
		printf '<Build Include="%s.sql" Condition="%s"/>\n' \
			"$verdict$n" "$condition" >>items
	done <<'CONDITIONS'
yes '$(Configuration)' == 'Debug'
yes '$(configuration)'=='DEBUG'
no '$(Configuration)' == 'Release'
yes '$(Configuration)|$(Platform)' == 'Debug|AnyCPU'
yes '$(Nothing)' == ''
no '$(Nothing)' != ''
yes '$(Late)' == 'x'
yes $(Late) == 'x'
yes '$(Number)' &gt; 9 And $(Number) &lt;= 10
no '$(Number)' == 10.5 or $(Number) &lt; 2
yes '$(Version)' &gt;= '4.10' and '$(Version)' &lt; '5'
yes Exists('yes1.sql')
no exists('gone.sql') Or Exists('$(Nothing)\x')
yes !Exists('gone.sql') And !('1' == '2')
yes ('a' == 'b' Or 'a' == 'a') And true
yes 'a' == 'a' Or 'b' == 'b' And 'c' == 'd'
no ('a' == 'a' Or 'b' == 'b') And 'c' == 'd'
no 'a' == 'b' And ('c' == 'c' Or 'a' == 'a')
yes $(Flag)
no '$(Flag)' == 'off' OR !$(Flag)
yes HasTrailingSlash('a\')
yes
no '$(Nothing)' != '' And $([MSBuild]::IsOSPlatform('Linux'))
yes '10' == '10.0'
CONDITIONS
	{
		echo '<PropertyGroup><Number>10</Number><Flag>on</Flag>
			<Version>4.12.1</Version></PropertyGroup><ItemGroup>'
		cat items
		echo '</ItemGroup><PropertyGroup><Late>x</Late></PropertyGroup>'
	} | old p/p.sqlproj
	takes "$(grep -o '"yes[0-9]*' items | tr -d '"' | sort | paste -sd' ')" \
		p/p.sqlproj
	is "$status $output" '0 '
}

@test "conditions of groups, Choose, and -v as a property" {
	tables p/debug.sql p/release.sql p/west.sql p/east.sql p/never.sql
	old p/p.sqlproj <<'XML'
<PropertyGroup>
  <Configuration Condition=" '$(Configuration)' == '' ">Debug</Configuration>
  <Region>west</Region>
</PropertyGroup>
<PropertyGroup Condition="'$(Configuration)' == 'Release'"><Region>east</Region></PropertyGroup>
<ItemGroup Condition="'$(Configuration)' == 'Debug'"><Build Include="debug.sql"/></ItemGroup>
<ItemGroup Condition="'$(Configuration)' == 'Release'"><Build Include="release.sql"/></ItemGroup>
<Choose>
  <When Condition="'$(Region)' == 'west'"><ItemGroup><Build Include="west.sql"/></ItemGroup></When>
  <When Condition="true"><ItemGroup><Build Include="east.sql"/></ItemGroup></When>
  <Otherwise><ItemGroup><Build Include="never.sql"/></ItemGroup></Otherwise>
</Choose>
<Target Name="BeforeBuild"><ItemGroup><Build Include="never.sql"/></ItemGroup></Target>
XML
	takes 'debug west' p/p.sqlproj
	takes 'east release' p/p.sqlproj -v Configuration=Release
}

@test "a condition that can't be evaluated is a finding and counts as met" {
	tables p/a.sql
	old p/p.sqlproj <<'XML'
<ItemGroup Condition="$([System.String]::Copy('x').Length) == 1">
<Build Include="a.sql"/></ItemGroup>
XML
	takes a p/p.sqlproj
	status_is 1
	has 'p/p.sqlproj:3: warning: a condition of the project'
	has '[MIG9201]'
}

@test "Include, Exclude, Remove and Update in their order" {
	tables p/a.sql p/b.sql p/c.sql p/d.sql p/sub/e.sql p/sub/deep/f.sql
	sdk p/p.sqlproj <<'XML'
<ItemGroup>
  <Build Remove="a.sql;b.sql"/>
  <Build Include="b.sql"/>
  <Build Update="a.sql"><Foo>x</Foo></Build>
  <Build Remove="SUB\*.sql"/>
  <None Include="c.sql"/>
</ItemGroup>
XML
	takes 'b d f' p/p.sqlproj
	sdk p/p.sqlproj <<'XML'
<PropertyGroup><EnableDefaultSqlItems>false</EnableDefaultSqlItems></PropertyGroup>
<ItemGroup>
  <Skipped Include="d.sql"/>
  <Build Include="**\*.sql" Exclude="sub\**;@(Skipped);?.sqlx"/>
  <Build Remove="@(Skipped)"/>
  <PostDeploy Include="a.sql"/>
</ItemGroup>
XML
	takes 'b c' p/p.sqlproj
}

@test "the other SDK takes Content and leaves deployment's scripts" {
	tables p/a.sql p/b.sql p/Pre-Deployment/c.sql p/Post-Deployment/d.sql
	echo '<Project Sdk="MSBuild.Sdk.SqlProj/2.9.0"><ItemGroup>
		<Content Remove="b.sql"/></ItemGroup></Project>' >p/p.csproj
	takes a p/p.csproj
}

@test "imports, their directory, and Directory.Build.props" {
	tables p/a.sql shared/s.sql shared/t.sql p/off.sql
	mkdir -p p/build
	sdk p/p.sqlproj <<'XML'
<Import Project="..\shared\shared.projitems" Label="Shared"/>
<Import Project="build\more.props" Condition="Exists('build\more.props')"/>
<Import Project="$(MSBuildExtensionsPath)\SSDT\Tasks.targets"/>
<Import Project="gone.props" Condition="Exists('gone.props')"/>
<ItemGroup Condition="'$(Off)' == 'true'"><Build Remove="off.sql"/></ItemGroup>
<ItemGroup Condition="'$(TopDown)' == 'yes'"><SqlCmdVariable Include="Where"><DefaultValue>$(Place)</DefaultValue></SqlCmdVariable></ItemGroup>
XML
	cat >shared/shared.projitems <<'XML'
<Project><ItemGroup><Build Include="$(MSBuildThisFileDirectory)s.sql"/></ItemGroup></Project>
XML
	echo '<Project><PropertyGroup><Off>true</Off></PropertyGroup>
		<Import Project="more.props"/></Project>' >p/build/more.props
	echo '<Project><PropertyGroup><TopDown>yes</TopDown>
		<Place>here</Place></PropertyGroup></Project>' >Directory.Build.props
	echo 'CREATE VIEW dbo.v AS SELECT 1 AS [$(Where)]' >p/v.sql
	takes 'a s' p/p.sqlproj
	is "$(mssql-extract --project p/p.sqlproj |
		jq -r 'select(.kind == "view").columns[0].name')" here
	sdk p/p.sqlproj <<'XML'
<Import Project="gone.props"/>
XML
	run mssql-extract --project p/p.sqlproj
	status_is 2
	has 'p/p.sqlproj:2: error: it imports gone.props'
}

@test "a sqlcmd variable has its value, else its default" {
	sdk p.sqlproj <<'XML'
<PropertyGroup><SqlCmdVar__2>two</SqlCmdVar__2></PropertyGroup>
<ItemGroup>
  <SqlCmdVariable Include="A"><DefaultValue>one</DefaultValue><Value>$(SqlCmdVar__1)</Value></SqlCmdVariable>
  <SqlCmdVariable Include="B"><DefaultValue>no</DefaultValue><Value>$(SqlCmdVar__2)</Value></SqlCmdVariable>
  <SqlCmdVariable Include="C" Condition="'$(Configuration)' != 'Debug'"><DefaultValue>no</DefaultValue></SqlCmdVariable>
  <SqlCmdVariable Include="C"><DefaultValue>three</DefaultValue></SqlCmdVariable>
</ItemGroup>
XML
	echo 'CREATE VIEW dbo.v AS SELECT 1 AS [$(A)], 2 AS [$(b)], 3 AS $(C)' >v.sql
	is "$(mssql-extract --project p.sqlproj | jq -r \
		'select(.kind == "view") | [.columns[].name] | join(" ")')" \
		'one two three'
	is "$(mssql-extract --project p.sqlproj -v A=x | jq -r \
		'select(.kind == "view").columns[0].name')" x
}

@test "patterns reach outside only as far as they say" {
	tables outer/p/a.sql outer/beside/b.sql outer/beside/deep/c.sql outer/d.sql
	ln -s "$PWD/outer" outer/beside/loop
	old outer/p/p.sqlproj <<'XML'
<ItemGroup><Build Include="..\beside\*.sql"/><Build Include="..\P\a.sql"/></ItemGroup>
XML
	takes 'a b' outer/p/p.sqlproj
	old outer/p/p.sqlproj <<'XML'
<ItemGroup><Build Include="..\**\*.sql" Exclude="..\beside\deep\**"/></ItemGroup>
XML
	takes 'a b d' outer/p/p.sqlproj
	old outer/p/p.sqlproj <<'XML'
<ItemGroup><Build Include="a.sql"/><Build Include="/etc/**/*.sql"/>
<Build Include="C:\scripts\x.sql"/></ItemGroup>
XML
	takes a outer/p/p.sqlproj
	status_is 1
}

@test "a pattern over a whole disk is bounded and said so" {
	tables big/p/q/a.sql
	mkdir big/x
	(cd big/x && seq 1 21000 | xargs touch)
	old big/p/q/q.sqlproj <<'XML'
<ItemGroup><Build Include="a.sql"/><Build Include="..\..\**\*.sql"/></ItemGroup>
XML
	takes a big/p/q/q.sqlproj
	status_is 1
	has 'the project takes files from too far outside of it: ../../**/*.sql'
}

@test "projects that import themselves or blow up end" {
	tables p/a.sql
	old p/p.sqlproj <<'XML'
<Import Project="p.sqlproj"/><Import Project="q.props"/>
<ItemGroup><Build Include="a.sql"/></ItemGroup>
XML
	{
		echo '<Project><Import Project="p.sqlproj"/><PropertyGroup><A0>xxxxxxxxxx</A0>'
		for i in $(seq 1 40); do
			echo "<A$i>\$(A$((i - 1)))\$(A$((i - 1)))</A$i>"
		done
		echo "</PropertyGroup><ItemGroup Condition=\"$(printf '(%.0s' $(seq 5000))\"/></Project>"
	} >p/q.props
	takes a p/p.sqlproj
}

@test "QUOTED_IDENTIFIER and ANSI_NULLS of a file, else of the project" {
	for v in on off own update; do
		echo "CREATE VIEW dbo.[$v] AS SELECT 1 AS a" >$v.sql
	done
	sed -i '1i SET ANSI_NULLS ON\nGO' own.sql
	sdk p.sqlproj <<'XML'
<PropertyGroup><AnsiNulls>False</AnsiNulls></PropertyGroup>
<ItemGroup>
  <Build Remove="off.sql;on.sql"/>
  <Build Include="off.sql"><QuotedIdentifier>Off</QuotedIdentifier></Build>
  <Build Include="on.sql" AnsiNulls="On"/>
  <Build Update="UPDATE.sql"><AnsiNulls>On</AnsiNulls></Build>
</ItemGroup>
XML
	mssql-extract --project p.sqlproj >out.jsonl
	is "$(jq -c 'select(.id) | [.name, .definition.quoted_identifier,
		.definition.ansi_nulls]' out.jsonl | sort | paste -sd' ')" \
		'["off",false,false] ["on",true,true] ["own",true,true] ["update",true,true]'
}
