"""Writes a small .dacpac as SSDT builds it: python3 make_dacpac.py OUT."""
import sys
import zipfile

MODEL = """<?xml version="1.0" encoding="utf-8"?>
<DataSchemaModel FileFormatVersion="1.2" SchemaVersion="2.9"
 xmlns="http://schemas.microsoft.com/sqlserver/dac/Serialization/2012/02">
<Header><CustomData Category="AnsiNulls"/></Header>
<Model>
<Element Type="SqlDatabaseOptions">
 <Property Name="Collation" Value="Latin1_General_CI_AS" />
</Element>
<Element Type="SqlCheckConstraint" Name="[sales].[CK_P]">
 <Property Name="CheckExpressionScript"><Value><![CDATA[[Price] >= 0]]></Value></Property>
 <Relationship Name="DefiningTable"><Entry><References Name="[sales].[Order Details]" /></Entry></Relationship>
</Element>
<Element Type="SqlDefaultConstraint" Name="[sales].[DF_L]">
 <Property Name="DefaultExpressionScript"><Value><![CDATA[((1))]]></Value></Property>
 <Relationship Name="DefiningTable"><Entry><References Name="[sales].[Order Details]" /></Entry></Relationship>
 <Relationship Name="ForColumn"><Entry><References Name="[sales].[Order Details].[Line]" /></Entry></Relationship>
</Element>
<Element Type="SqlExtendedProperty" Name="[SqlColumn].[sales].[Order Details].[Price].[MS_Description]">
 <Property Name="Value"><Value><![CDATA[N'What it costs']]></Value></Property>
 <Relationship Name="Host"><Entry><References Name="[sales].[Order Details].[Price]" /></Entry></Relationship>
</Element>
<Element Type="SqlForeignKeyConstraint" Name="[sales].[FK_O]">
 <Relationship Name="Columns"><Entry><References Name="[sales].[Order Details].[Order ID]" /></Entry></Relationship>
 <Relationship Name="DefiningTable"><Entry><References Name="[sales].[Order Details]" /></Entry></Relationship>
 <Relationship Name="ForeignColumns"><Entry><References Name="[sales].[Order].[ID]" /></Entry></Relationship>
 <Relationship Name="ForeignTable"><Entry><References Name="[sales].[Order]" /></Entry></Relationship>
</Element>
<Element Type="SqlPrimaryKeyConstraint" Name="[sales].[PK_O]">
 <Relationship Name="ColumnSpecifications"><Entry><Element Type="SqlIndexedColumnSpecification">
  <Relationship Name="Column"><Entry><References Name="[sales].[Order].[ID]" /></Entry></Relationship>
 </Element></Entry></Relationship>
 <Relationship Name="DefiningTable"><Entry><References Name="[sales].[Order]" /></Entry></Relationship>
</Element>
<Element Type="SqlProcedure" Name="[sales].[p]">
 <Property Name="BodyScript"><Value><![CDATA[
SELECT @n AS n]]></Value></Property>
 <Property Name="IsAnsiNullsOn" Value="True" />
 <Annotation Type="SysCommentsObjectAnnotation">
  <Property Name="HeaderContents" Value="CREATE PROCEDURE [sales].[p] @n int = 3&#xA;AS" />
 </Annotation>
</Element>
<Element Type="SqlTable" Name="[sales].[Order]">
 <Relationship Name="Columns"><Entry><Element Type="SqlSimpleColumn" Name="[sales].[Order].[ID]">
  <Property Name="IsNullable" Value="False" />
  <Relationship Name="TypeSpecifier"><Entry><Element Type="SqlTypeSpecifier">
   <Relationship Name="Type"><Entry><References ExternalSource="BuiltIns" Name="[int]" /></Entry></Relationship>
  </Element></Entry></Relationship>
 </Element></Entry></Relationship>
</Element>
<Element Type="SqlTable" Name="[sales].[Order Details]">
 <Relationship Name="Columns">
 <Entry><Element Type="SqlSimpleColumn" Name="[sales].[Order Details].[Order ID]">
  <Property Name="IsNullable" Value="False" />
  <Relationship Name="TypeSpecifier"><Entry><Element Type="SqlTypeSpecifier">
   <Relationship Name="Type"><Entry><References ExternalSource="BuiltIns" Name="[int]" /></Entry></Relationship>
  </Element></Entry></Relationship></Element></Entry>
 <Entry><Element Type="SqlSimpleColumn" Name="[sales].[Order Details].[Line]">
  <Property Name="IsNullable" Value="False" />
  <Relationship Name="TypeSpecifier"><Entry><Element Type="SqlTypeSpecifier">
   <Relationship Name="Type"><Entry><References ExternalSource="BuiltIns" Name="[tinyint]" /></Entry></Relationship>
  </Element></Entry></Relationship></Element></Entry>
 <Entry><Element Type="SqlSimpleColumn" Name="[sales].[Order Details].[Price]">
  <Relationship Name="TypeSpecifier"><Entry><Element Type="SqlTypeSpecifier">
   <Property Name="Precision" Value="9" /><Property Name="Scale" Value="2" />
   <Relationship Name="Type"><Entry><References ExternalSource="BuiltIns" Name="[decimal]" /></Entry></Relationship>
  </Element></Entry></Relationship></Element></Entry>
 <Entry><Element Type="SqlComputedColumn" Name="[sales].[Order Details].[Gross]">
  <Property Name="ExpressionScript"><Value><![CDATA[([Price] * 2)]]></Value></Property>
 </Element></Entry>
 </Relationship>
</Element>
<Element Type="SqlView" Name="[sales].[v]">
 <Property Name="IsAnsiNullsOn" Value="True" />
 <Property Name="QueryScript"><Value><![CDATA[
SELECT ID FROM sales.[Order]]]></Value></Property>
 <Annotation Type="SysCommentsObjectAnnotation">
  <Property Name="HeaderContents" Value="CREATE VIEW [sales].[v]&#xA;AS" />
 </Annotation>
</Element>
</Model>
</DataSchemaModel>
"""

with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("model.xml", MODEL)
    z.writestr("DacMetadata.xml", "<DacType/>")
