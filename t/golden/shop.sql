-- A small database for the golden files: every view has a construct on which
-- dialects differ.
CREATE SCHEMA sales
GO
CREATE TABLE sales.Customer (
	CustomerID int NOT NULL CONSTRAINT PK_Customer PRIMARY KEY,
	Code varchar(10) NOT NULL CONSTRAINT UQ_Customer UNIQUE,
	[Full Name] nvarchar(60) NULL,
	Segment char(1) NULL CONSTRAINT CK_Segment CHECK (Segment IN ('A', 'B')),
	CreditLimit money NULL
)
GO
CREATE TABLE sales.[Order] (
	OrderID int NOT NULL CONSTRAINT PK_Order PRIMARY KEY,
	CustomerID int NOT NULL CONSTRAINT FK_Order_Customer
		REFERENCES sales.Customer (CustomerID),
	OrderedAt datetime NOT NULL,
	DueOn date NULL,
	Status varchar(8) NOT NULL CONSTRAINT DF_Status DEFAULT ('open')
)
GO
CREATE TABLE sales.OrderLine (
	OrderID int NOT NULL CONSTRAINT FK_Line_Order
		REFERENCES sales.[Order] (OrderID),
	[Line No] smallint NOT NULL,
	Sku varchar(16) NOT NULL,
	Qty int NOT NULL,
	Price decimal(9, 2) NOT NULL,
	IsGift bit NOT NULL,
	CONSTRAINT PK_OrderLine PRIMARY KEY (OrderID, [Line No])
)
GO
-- integers divide without a fraction
CREATE VIEW sales.vw_packs AS
SELECT OrderID, [Line No], Qty / 12 AS packs, Qty % 12 AS singles,
	AVG(Qty) OVER (PARTITION BY OrderID) AS usual
FROM sales.OrderLine
GO
-- text compares without case and trailing blanks
CREATE VIEW sales.vw_open_orders AS
SELECT o.OrderID, c.Code, ISNULL(c.[Full Name], 'nobody') AS who
FROM sales.[Order] o
INNER JOIN sales.Customer c ON c.CustomerID = o.CustomerID
WHERE o.Status = 'OPEN' AND c.Code LIKE 'k%'
GO
-- groups of text, a money sum and its share
CREATE VIEW sales.vw_segments AS
SELECT Segment, COUNT(*) AS customers, SUM(CreditLimit) AS credit,
	SUM(CreditLimit) / COUNT(*) AS credit_each
FROM sales.Customer
GROUP BY Segment
HAVING COUNT(*) > 1
GO
-- boundaries of dates
CREATE VIEW sales.vw_ages AS
SELECT OrderID, DATEDIFF(month, OrderedAt, DueOn) AS months,
	DATEDIFF(week, OrderedAt, DueOn) AS weeks,
	DATEADD(month, 1, DueOn) AS next_due, EOMONTH(DueOn) AS month_end,
	YEAR(OrderedAt) * 100 + MONTH(OrderedAt) AS period
FROM sales.[Order]
GO
-- the newest order of each customer, by a step of its own
CREATE VIEW sales.vw_latest AS
WITH numbered AS (
	SELECT OrderID, CustomerID, OrderedAt,
		ROW_NUMBER() OVER (PARTITION BY CustomerID
			ORDER BY OrderedAt DESC, OrderID) AS n
	FROM sales.[Order]
)
SELECT OrderID, CustomerID, OrderedAt FROM numbered WHERE n = 1
GO
-- the first rows by an order that has NULLs
CREATE VIEW sales.vw_first_due AS
SELECT TOP (3) OrderID, DueOn FROM sales.[Order] ORDER BY DueOn, OrderID
GO
-- text made of parts, rounded and cut
CREATE VIEW sales.vw_labels AS
SELECT c.Code + ': ' + c.[Full Name] AS label, LEN(c.Code) AS n,
	CAST(c.CreditLimit AS int) AS whole, ROUND(l.Price, 1) AS rounded,
	CAST(l.Sku AS varchar(4)) AS short, CHARINDEX('x', l.Sku) AS x_at,
	CASE WHEN l.IsGift = 1 THEN 'gift' ELSE 'sale' END AS kind
FROM sales.Customer c
LEFT JOIN sales.[Order] o ON o.CustomerID = c.CustomerID
LEFT JOIN sales.OrderLine l ON l.OrderID = o.OrderID
GO
-- two sets in one, and what is in neither
CREATE VIEW sales.vw_codes AS
SELECT Code FROM sales.Customer
UNION
SELECT Sku FROM sales.OrderLine
GO
CREATE VIEW sales.vw_idle AS
SELECT c.CustomerID, c.Code
FROM sales.Customer c
WHERE NOT EXISTS (SELECT 1 FROM sales.[Order] o
	WHERE o.CustomerID = c.CustomerID)
	AND c.CustomerID NOT IN (SELECT l.OrderID FROM sales.OrderLine l)
GO
-- what no target has
CREATE VIEW sales.vw_xml AS
SELECT CustomerID, CAST([Full Name] AS xml).value('(/a)[1]', 'int') AS a
FROM sales.Customer
GO
CREATE PROCEDURE sales.usp_load_totals AS
BEGIN
	SET NOCOUNT ON;
	TRUNCATE TABLE sales.Totals;
	INSERT INTO sales.Totals (CustomerID, Amount)
	SELECT o.CustomerID, SUM(l.Qty * l.Price)
	FROM sales.[Order] o
	INNER JOIN sales.OrderLine l ON l.OrderID = o.OrderID
	GROUP BY o.CustomerID;
END
GO
CREATE TABLE sales.Totals (
	CustomerID int NOT NULL CONSTRAINT PK_Totals PRIMARY KEY,
	Amount decimal(18, 2) NOT NULL
)
GO
