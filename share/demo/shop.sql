USE [Shop]
GO
CREATE SCHEMA [sales]
GO
CREATE SCHEMA [hr]
GO
CREATE SCHEMA [fin]
GO
CREATE SCHEMA [stg]
GO
CREATE SCHEMA [dw]
GO
CREATE SCHEMA [etl]
GO
CREATE SCHEMA [audit]
GO
CREATE SCHEMA [rpt]
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [hr].[Department](
	[DeptID] [int] NOT NULL,
	[DeptName] [nvarchar](50) NOT NULL,
	[ParentDeptID] [int] NULL,
	[CostCentre] [char](4) NOT NULL,
 CONSTRAINT [PK_Department] PRIMARY KEY CLUSTERED 
(
	[DeptID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [hr].[Department] ([DeptID], [DeptName], [ParentDeptID], [CostCentre]) VALUES
(1, 'Board', NULL, '0001'),
(2, 'Operations', 1, '1000'),
(3, 'Commercial', 1, '2000'),
(4, 'Finance', 1, '3000'),
(5, 'Warehouse North', 2, '1100'),
(6, 'Warehouse South', 2, '1200'),
(7, 'Field Sales', 3, '2100'),
(8, 'Inside Sales', 3, '2200'),
(9, 'Accounts Payable', 4, '3100'),
(10, 'Accounts Receivable', 4, '3200'),
(11, 'Night Shift', 5, '1110'),
(12, 'Legal', NULL, '9000')
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [hr].[Employee](
	[EmployeeID] [int] NOT NULL,
	[FirstName] [nvarchar](30) NOT NULL,
	[LastName] [nvarchar](30) NOT NULL,
	[ManagerID] [int] NULL,
	[DeptID] [int] NULL,
	[HireDate] [date] NOT NULL,
	[TermDate] [date] NULL,
	[Salary] [money] NOT NULL,
	[Email] [varchar](80) NULL,
	[IsCurrent]  AS (case when [TermDate] IS NULL then (1) else (0) end),
 CONSTRAINT [PK_Employee] PRIMARY KEY CLUSTERED 
(
	[EmployeeID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [hr].[Employee] ([EmployeeID], [FirstName], [LastName], [ManagerID], [DeptID], [HireDate], [TermDate], [Salary], [Email]) VALUES
(1, 'Ada', 'Novak', NULL, 1, '2016-04-18', NULL, 112500, 'ada.novak@example.com'),
(2, 'Bruno', 'Ortiz', 1, 2, '2019-02-01', NULL, 109500, 'bruno.ortiz@example.com'),
(3, N'Chloé', 'Petit', 1, 3, '2019-08-12', NULL, 108000, 'chlo.petit@example.com'),
(4, 'Dmitri', 'Quist', 1, 4, '2021-10-12', NULL, 108000, NULL),
(5, 'Elif', 'Rossi', 2, 5, '2022-01-30', NULL, 31500, 'elif.rossi@example.com'),
(6, 'Farid', 'Sato', 2, 6, '2015-06-22', NULL, 45000, 'farid.sato@example.com'),
(7, 'Greta', 'Tran', 3, 7, '2019-02-04', NULL, 37500, 'greta.tran@example.com'),
(8, 'Hugo', 'Ueda', 3, 8, '2023-07-02', NULL, 30000, 'hugo.ueda@example.com'),
(9, N'Inés', 'Vance', 4, 9, '2022-05-03', NULL, 37500, 'ins.vance@example.com'),
(10, 'Jonas', 'Weber', 4, 10, '2015-05-31', NULL, 37500, 'jonas.weber@example.com'),
(11, 'Keiko', 'Xu', 5, 5, '2016-09-05', NULL, 37500, NULL),
(12, 'Lars', 'Young', 5, 11, '2018-01-17', NULL, 34500, 'lars.young@example.com'),
(13, 'Mina', 'Zimmer', 6, 6, '2023-04-11', '2024-02-20', 37500, 'mina.zimmer@example.com'),
(14, 'Nils', 'Abel', 7, 7, '2016-09-19', NULL, 54000, 'nils.abel@example.com'),
(15, 'Olga', 'Brandt', 7, 7, '2023-06-30', NULL, 43500, 'olga.brandt@example.com'),
(16, 'Pavel', 'Costa', 7, 7, '2022-07-02', NULL, 43500, 'pavel.costa@example.com'),
(17, 'Quinn', 'Dahl', 8, 8, '2019-03-18', NULL, 48000, 'quinn.dahl@example.com'),
(18, 'Rosa', 'Egger', 8, 8, '2022-10-23', '2024-03-06', 49500, NULL),
(19, N'Søren', 'Fabre', 9, 9, '2019-02-16', NULL, 40500, 'sren.fabre@example.com'),
(20, 'Tariq', 'Grau', 9, 10, '2023-06-17', NULL, 57000, 'tariq.grau@example.com'),
(21, 'Uma', 'Hahn', 11, 11, '2019-02-28', NULL, 49500, 'uma.hahn@example.com'),
(22, 'Viktor', 'Ito', 11, 5, '2017-02-14', NULL, 43500, 'viktor.ito@example.com'),
(23, 'Wanda', 'Jansen', 13, 6, '2021-05-11', NULL, 54000, 'wanda.jansen@example.com'),
(24, 'Xavi', 'Kovacs', 14, 7, '2019-10-13', '2024-03-24', 39000, 'xavi.kovacs@example.com'),
(25, 'Yara', 'Lind', 14, 7, '2015-04-30', NULL, 57000, NULL),
(26, N'Zoë', 'Moreau', 17, 8, '2016-09-29', NULL, 37500, 'zo.moreau@example.com'),
(27, 'Amir', 'Nair', NULL, NULL, '2022-05-24', NULL, 30000, 'amir.nair@example.com'),
(28, 'Bela', 'Olsen', 19, 9, '2019-02-03', NULL, 49500, 'bela.olsen@example.com'),
(29, 'Cora', 'Pires', 20, 10, '2023-01-18', NULL, 45000, 'cora.pires@example.com'),
(30, 'Dario', 'Rana', 27, 12, '2020-07-16', NULL, 52500, 'dario.rana@example.com')
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [hr].[Leave Request](
	[Request No] [int] IDENTITY(1000,10) NOT NULL,
	[Employee Id] [int] NOT NULL,
	[From] [date] NOT NULL,
	[To] [date] NOT NULL,
	[Type] [varchar](10) NOT NULL,
	[Status] [char](1) NOT NULL,
	[Half Day?] [bit] NOT NULL,
	[Approver.Id] [int] NULL,
 CONSTRAINT [PK_Leave Request] PRIMARY KEY CLUSTERED 
(
	[Request No] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
ALTER TABLE [hr].[Leave Request] ADD  CONSTRAINT [DF_Leave_Status]  DEFAULT ('P') FOR [Status]
GO
ALTER TABLE [hr].[Leave Request] ADD  CONSTRAINT [DF_Leave_Half]  DEFAULT ((0)) FOR [Half Day?]
GO
INSERT INTO [hr].[Leave Request] ([Employee Id], [From], [To], [Type], [Status], [Half Day?], [Approver.Id]) VALUES
(6, '2024-05-06', '2024-05-07', 'annual', 'P', 1, 9),
(8, '2024-02-06', '2024-02-07', 'unpaid', 'R', 0, NULL),
(7, '2024-03-03', '2024-03-09', 'unpaid', 'P', 0, 1),
(10, '2024-02-12', '2024-02-12', 'annual', 'A', 0, 9),
(8, '2024-05-11', '2024-05-18', 'annual', 'A', 0, 6),
(4, '2024-05-31', '2024-06-03', 'annual', 'R', 0, NULL),
(17, '2024-05-24', '2024-05-26', 'sick', 'R', 1, 3),
(18, '2024-01-16', '2024-01-24', 'unpaid', 'A', 0, 2),
(29, '2024-01-13', '2024-01-15', 'unpaid', 'P', 0, 6),
(9, '2024-02-15', '2024-02-15', 'sick', 'A', 0, NULL),
(29, '2024-02-27', '2024-03-03', 'annual', 'A', 0, 5),
(12, '2024-01-02', '2024-01-03', 'annual', 'A', 0, 6),
(5, '2024-03-30', '2024-04-08', 'unpaid', 'A', 1, 7),
(17, '2024-01-08', '2024-01-12', 'sick', 'P', 0, NULL),
(4, '2024-05-18', '2024-05-28', 'annual', 'A', 0, 9),
(13, '2024-06-19', '2024-06-22', 'sick', 'R', 0, 5),
(13, '2024-03-21', '2024-03-30', 'annual', 'A', 0, 1),
(12, '2024-04-28', '2024-05-09', 'annual', 'P', 0, NULL),
(20, '2024-01-16', '2024-01-18', 'unpaid', 'R', 1, 9),
(22, '2024-06-15', '2024-06-24', 'annual', 'A', 0, 2),
(27, '2024-01-13', '2024-01-23', 'annual', 'A', 0, 7),
(19, '2024-02-20', '2024-02-29', 'annual', 'P', 0, NULL),
(3, '2024-03-07', '2024-03-09', 'annual', 'R', 0, 4),
(18, '2024-04-17', '2024-04-22', 'annual', 'R', 0, 5),
(15, '2024-03-02', '2024-03-11', 'unpaid', 'A', 1, 9),
(20, '2024-04-13', '2024-04-14', 'annual', 'P', 0, NULL),
(5, '2024-03-01', '2024-03-05', 'annual', 'A', 0, 2),
(5, '2024-03-06', '2024-03-08', 'annual', 'A', 0, 2),
(5, '2024-03-08', '2024-03-12', 'sick', 'A', 0, 2),
(5, '2024-03-20', '2024-03-21', 'annual', 'A', 0, 2)
GO
INSERT INTO [hr].[Leave Request] ([Employee Id], [From], [To], [Type]) VALUES (9, '2024-06-03', '2024-06-07', 'annual')
GO
ALTER TABLE [hr].[Department]  WITH CHECK ADD  CONSTRAINT [FK_Department_Parent] FOREIGN KEY([ParentDeptID])
REFERENCES [hr].[Department] ([DeptID])
GO
ALTER TABLE [hr].[Employee]  WITH CHECK ADD  CONSTRAINT [FK_Employee_Department] FOREIGN KEY([DeptID])
REFERENCES [hr].[Department] ([DeptID])
GO
ALTER TABLE [hr].[Leave Request]  WITH CHECK ADD  CONSTRAINT [FK_Leave_Employee] FOREIGN KEY([Employee Id])
REFERENCES [hr].[Employee] ([EmployeeID])
GO
ALTER TABLE [hr].[Leave Request]  WITH CHECK ADD  CONSTRAINT [CK_Leave_Dates] CHECK  (([To]>=[From]))
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [sales].[Customer](
	[CustomerID] [int] NOT NULL,
	[CustomerCode] [varchar](10) NOT NULL,
	[CustomerName] [nvarchar](60) NOT NULL,
	[Segment] [varchar](20) NULL,
	[Region] [varchar](20) NULL,
	[Country] [char](2) NOT NULL,
	[CreditLimit] [decimal](12, 2) NULL,
	[CreatedOn] [date] NOT NULL,
	[IsActive] [bit] NOT NULL,
	[ReferredBy] [int] NULL,
 CONSTRAINT [PK_Customer] PRIMARY KEY CLUSTERED 
(
	[CustomerID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY],
 CONSTRAINT [UQ_Customer_Code] UNIQUE NONCLUSTERED ([CustomerCode] ASC)
) ON [PRIMARY]
GO
INSERT INTO [sales].[Customer] ([CustomerID], [CustomerCode], [CustomerName], [Segment], [Region], [Country], [CreditLimit], [CreatedOn], [IsActive], [ReferredBy]) VALUES
(1, 'C001', 'Alder & Sons', 'Retail', 'East', 'SE', 1000, '2022-10-21', 1, NULL),
(2, 'C002', 'Birch Foods', 'Wholesale', 'West', 'DE', 19000, '2021-06-21', 1, NULL),
(3, 'C003', 'Cedar Tools', 'Wholesale', 'South', 'ES', 12000, '2023-02-04', 1, NULL),
(4, 'C004', 'Dogwood Ltd', 'Retail', 'South', 'DE', 5000, '2022-01-08', 1, NULL),
(5, 'C005', 'Elm Retail', 'Wholesale', 'South', 'DE', NULL, '2023-07-26', 1, 4),
(6, 'C006', 'Fir Logistics', 'Retail', 'South', 'DE', 6000, '2021-09-03', 1, 2),
(7, 'C007', 'Gingko GmbH', 'Retail', 'West', 'DE', 13000, '2021-08-26', 0, NULL),
(8, 'C008', N'Hazel Café', 'Retail', 'East', 'ES', 18000, '2021-09-08', 1, 4),
(9, 'C009', 'Ivy Textiles', NULL, 'West', 'ES', 2000, '2021-05-27', 1, 1),
(10, 'C010', 'Juniper AB', 'Retail', 'West', 'FR', 8000, '2021-04-09', 1, NULL),
(11, 'C011', 'Kapok Trading', 'Online', 'West', 'FR', 13000, '2022-03-27', 1, 4),
(12, 'C012', N'Larch Média', 'Online', 'North', 'DE', 4000, '2021-10-09', 1, 1),
(13, 'C013', 'Maple Homes', 'Online', 'North', 'DE', 1000, '2023-08-09', 1, NULL),
(14, 'C014', 'Nettle & Co', 'Online', 'South', 'FR', NULL, '2022-03-14', 1, 7),
(15, 'C015', 'Oak Partners', NULL, 'North', 'DE', 5000, '2022-06-12', 0, 8),
(16, 'C016', 'Pine Systems', 'Wholesale', 'North', 'SE', 3000, '2022-08-11', 1, NULL),
(17, 'C017', 'Quince Labs', 'Retail', 'East', 'DE', 15000, '2021-04-26', 1, 2),
(18, 'C018', 'Rowan Energy', 'Retail', 'South', 'SE', 15000, '2022-09-25', 1, 16),
(19, 'C019', 'Spruce SA', 'Wholesale', 'West', 'DE', 2000, '2023-03-23', 1, NULL),
(20, 'C020', 'Teak Marine', 'Retail', 'South', 'ES', 11000, '2021-09-05', 1, 7),
(21, 'C021', 'Umbra Studio', 'Online', NULL, 'SE', 17000, '2022-06-08', 1, 15),
(22, 'C022', 'Vine Markets', 'Retail', 'North', 'DE', 10000, '2022-02-11', 1, NULL),
(23, 'C023', 'Willow Care', NULL, 'South', 'FR', NULL, '2023-03-23', 0, 6),
(24, 'C024', 'Yew Print', NULL, 'East', 'FR', 12000, '2023-08-12', 1, 1),
(25, 'C025', 'Zelkova KK', 'Retail', 'South', 'FR', 19000, '2022-01-13', 1, NULL)
GO
ALTER TABLE [sales].[Customer] ADD  CONSTRAINT [DF_Customer_IsActive]  DEFAULT ((1)) FOR [IsActive]
GO
ALTER TABLE [sales].[Customer]  WITH CHECK ADD  CONSTRAINT [CK_Customer_Limit] CHECK  (([CreditLimit]>=(0)))
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [sales].[Product](
	[ProductID] [int] NOT NULL,
	[Sku] [varchar](12) NOT NULL,
	[ProductName] [nvarchar](50) NOT NULL,
	[Category] [varchar](20) NOT NULL,
	[ListPrice] [decimal](9, 2) NOT NULL,
	[Cost] [decimal](9, 2) NULL,
	[WeightKg] [decimal](7, 3) NULL,
	[Discontinued] [date] NULL,
	[Margin]  AS ([ListPrice]-[Cost]),
	[PriceBand]  AS (case when [ListPrice]>=(100) then 'high' when [ListPrice]>=(25) then 'mid' else 'low' end) PERSISTED NOT NULL,
 CONSTRAINT [PK_Product] PRIMARY KEY CLUSTERED 
(
	[ProductID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [sales].[Product] ([ProductID], [Sku], [ProductName], [Category], [ListPrice], [Cost], [WeightKg], [Discontinued]) VALUES
(1, 'SKU-100', 'Anvil', 'Supplies', 129.0, 77.4, 1.524, NULL),
(2, 'SKU-137', 'Bolt M8', 'Hardware', 0.35, 0.21, 4.826, NULL),
(3, 'SKU-174', 'Clamp', 'Home', 14.5, 8.7, 4.804, NULL),
(4, 'SKU-211', 'Drill', 'Tools', 89.99, 53.99, 2.734, NULL),
(5, 'SKU-248', 'Epoxy', 'Home', 7.25, 4.35, NULL, NULL),
(6, 'SKU-285', 'File', 'Home', 6.4, NULL, 3.148, NULL),
(7, 'SKU-322', 'Gasket', 'Tools', 1.1, 0.66, 3.158, NULL),
(8, 'SKU-359', 'Hammer', 'Supplies', 18.75, 11.25, 3.228, NULL),
(9, 'SKU-396', 'Ink', 'Tools', 3.99, 2.39, 4.007, '2024-02-01'),
(10, 'SKU-433', 'Jigsaw', 'Hardware', 74.5, 44.7, NULL, NULL),
(11, 'SKU-470', 'Kettle', 'Hardware', 32.0, 19.2, 1.605, NULL),
(12, 'SKU-507', 'Lamp', 'Home', 27.9, 16.74, 0.88, NULL),
(13, 'SKU-544', 'Mallet', 'Tools', 15.25, 9.15, 4.176, NULL),
(14, 'SKU-581', 'Nail 40', 'Supplies', 0.05, 0.03, 2.806, NULL),
(15, 'SKU-618', 'Oil 5L', 'Supplies', 22.49, 13.49, NULL, NULL),
(16, 'SKU-655', 'Pliers', 'Hardware', 12.6, 7.56, 1.332, NULL),
(17, 'SKU-692', 'Quill', 'Hardware', 2.5, NULL, 3.862, '2024-02-01'),
(18, 'SKU-729', 'Router', 'Home', 149.0, 89.4, 2.768, NULL),
(19, 'SKU-766', 'Saw', 'Home', 19.99, 11.99, 3.518, NULL),
(20, 'SKU-803', 'Tape', 'Tools', 4.2, 2.52, NULL, NULL),
(21, 'SKU-840', 'Umbrella', 'Home', 11.0, 6.6, 4.04, NULL),
(22, 'SKU-877', 'Vise', 'Home', 64.0, 38.4, 1.558, NULL),
(23, 'SKU-914', 'Wrench', 'Hardware', 9.95, 5.97, 3.278, NULL),
(24, 'SKU-951', 'Yarn', 'Hardware', 5.75, 3.45, 0.702, NULL)
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [sales].[Order](
	[OrderID] [int] IDENTITY(1,1) NOT NULL,
	[CustomerID] [int] NULL,
	[SalesRepID] [int] NULL,
	[OrderDate] [date] NOT NULL,
	[RequiredDate] [date] NULL,
	[ShippedAt] [datetime] NULL,
	[Status] [varchar](12) NOT NULL,
	[Freight] [money] NULL,
	[Channel] [varchar](10) NULL,
 CONSTRAINT [PK_Order] PRIMARY KEY CLUSTERED 
(
	[OrderID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
ALTER TABLE [sales].[Order] ADD  CONSTRAINT [DF_Order_Status]  DEFAULT ('new') FOR [Status]
GO
ALTER TABLE [sales].[Order] ADD  CONSTRAINT [DF_Order_Freight]  DEFAULT ((0)) FOR [Freight]
GO
SET IDENTITY_INSERT [sales].[Order] ON
GO
INSERT INTO [sales].[Order] ([OrderID], [CustomerID], [SalesRepID], [OrderDate], [RequiredDate], [ShippedAt], [Status], [Freight], [Channel]) VALUES
(1, 17, 8, '2023-01-04', '2023-01-20', '2023-01-05T13:27:04', 'shipped', 9.67, 'web'),
(2, 7, 14, '2023-01-09', '2023-01-25', '2023-01-10T07:03:11', 'shipped', 21.28, 'edi'),
(3, 2, 24, '2023-01-17', '2023-01-26', '2023-01-24T06:10:00', 'shipped', 22.79, 'web'),
(4, 3, 15, '2023-01-20', '2023-01-31', '2023-01-23T17:08:57', 'shipped', 42.49, 'edi'),
(5, 10, 18, '2023-01-27', '2023-02-05', '2023-02-07T10:18:34', 'shipped', 38.86, 'web'),
(6, 19, 17, '2023-02-04', '2023-02-10', NULL, 'cancelled', 13.5, 'edi'),
(7, 2, 15, '2023-02-09', '2023-02-20', '2023-02-23T17:26:02', 'shipped', 22.79, 'web'),
(8, 1, 26, '2023-02-14', '2023-02-24', NULL, 'cancelled', 34.45, 'edi'),
(9, 5, 24, '2023-02-20', '2023-02-28', '2023-03-01T13:33:05', 'shipped', NULL, 'web'),
(10, 22, 17, '2023-02-24', NULL, '2023-03-07T08:20:40', 'Shipped', 19.36, NULL),
(11, 18, 15, '2023-03-03', '2023-03-16', '2023-03-17T14:37:05', 'shipped', 34.29, NULL),
(12, 12, 24, '2023-03-09', '2023-03-19', '2023-03-13T06:32:46', 'shipped', 43.08, 'web'),
(13, 10, NULL, '2023-03-13', '2023-03-19', '2023-03-26T07:03:39', 'shipped', 8.84, 'phone'),
(14, 22, 8, '2023-03-18', '2023-04-01', '2023-03-30T11:44:04', 'shipped', 22.92, NULL),
(15, 2, 17, '2023-03-25', '2023-04-01', NULL, 'cancelled', 10.57, 'web'),
(16, 6, 25, '2023-03-29', '2023-04-06', '2023-04-05T12:50:39', 'shipped', 36.88, 'edi'),
(17, 14, 16, '2023-04-05', '2023-04-17', '2023-04-16T09:45:49', 'shipped', 12.64, 'web'),
(18, 4, 14, '2023-04-10', '2023-04-18', NULL, 'cancelled', 28.46, NULL),
(19, 3, 8, '2023-04-14', '2023-04-29', '2023-04-16T12:39:53', 'shipped', 34.08, 'phone'),
(20, 1, 24, '2023-04-23', NULL, '2023-04-30T16:23:47', 'shipped', 37.13, NULL),
(21, 4, 15, '2023-04-26', '2023-05-01', '2023-05-05T17:43:11', 'shipped', 11.93, 'phone'),
(22, 7, 17, '2023-05-01', '2023-05-07', NULL, 'cancelled', 37.18, 'phone'),
(23, 20, 17, '2023-05-10', '2023-05-25', '2023-05-15T07:12:57', 'shipped', 43.22, NULL),
(24, 5, 7, '2023-05-14', '2023-05-21', '2023-05-21T16:59:43', 'shipped', 18.51, 'edi'),
(25, 1, 7, '2023-05-20', '2023-06-04', '2023-06-03T15:27:16', 'shipped', 35.13, NULL),
(26, 2, NULL, '2023-05-25', '2023-06-10', NULL, 'cancelled', NULL, 'edi'),
(27, 18, 24, '2023-06-01', '2023-06-10', '2023-06-07T15:59:42', 'shipped', 18.68, 'web'),
(28, 19, 15, '2023-06-04', '2023-06-19', '2023-06-06T06:19:31', 'shipped', 16.13, 'phone'),
(29, 2, 17, '2023-06-10', '2023-06-25', NULL, 'cancelled', 42.26, 'phone'),
(30, 8, 18, '2023-06-16', NULL, '2023-06-17T07:51:24', 'Shipped', 43.65, 'phone'),
(31, NULL, 25, '2023-06-24', '2023-07-01', '2023-07-05T11:12:07', 'shipped', 35.36, 'phone'),
(32, 6, 25, '2023-06-26', '2023-07-07', '2023-06-30T15:46:56', 'shipped', 9.9, NULL),
(33, 21, 17, '2023-07-02', '2023-07-09', '2023-07-14T17:39:44', 'shipped', 18.5, 'edi'),
(34, 5, 16, '2023-07-09', '2023-07-18', '2023-07-12T06:38:24', 'shipped', 17.04, 'edi'),
(35, 2, 16, '2023-07-15', '2023-07-31', '2023-07-17T06:39:03', 'Shipped', 20.81, 'web'),
(36, 7, 18, '2023-07-20', '2023-07-29', '2023-07-23T09:20:12', 'shipped', 34.68, 'web'),
(37, 18, 25, '2023-07-24', '2023-08-05', '2023-08-04T09:22:47', 'shipped', 32.84, 'phone'),
(38, 5, 8, '2023-07-30', '2023-08-11', '2023-08-09T17:06:11', 'shipped', 13.37, 'phone'),
(39, 9, NULL, '2023-08-07', '2023-08-21', '2023-08-21T15:54:40', 'shipped', 4.59, 'edi'),
(40, 5, 14, '2023-08-13', NULL, '2023-08-27T08:47:56', 'shipped', 42.37, 'phone')
GO
INSERT INTO [sales].[Order] ([OrderID], [CustomerID], [SalesRepID], [OrderDate], [RequiredDate], [ShippedAt], [Status], [Freight], [Channel]) VALUES
(41, 14, 15, '2023-08-18', '2023-08-29', '2023-08-20T07:49:30', 'shipped', 27.94, 'web'),
(42, 11, 18, '2023-08-21', '2023-08-31', '2023-09-03T10:53:05', 'shipped', 40.66, 'web'),
(43, 9, 25, '2023-08-29', '2023-09-04', '2023-09-12T09:09:02', 'Shipped', NULL, 'edi'),
(44, 19, 26, '2023-09-01', '2023-09-17', '2023-09-09T06:17:50', 'shipped', 31.6, 'edi'),
(45, 1, 8, '2023-09-07', '2023-09-15', NULL, 'cancelled', 12.16, 'web'),
(46, 14, 15, '2023-09-13', '2023-09-21', '2023-09-19T07:10:23', 'shipped', 17.62, 'edi'),
(47, 12, 14, '2023-09-19', '2023-09-30', '2023-09-21T07:05:56', 'shipped', 24.08, 'edi'),
(48, 2, 26, '2023-09-26', '2023-10-04', '2023-10-07T10:38:13', 'shipped', 41.74, 'phone'),
(49, 19, 7, '2023-10-01', '2023-10-10', NULL, 'cancelled', 27.25, 'edi'),
(50, 14, 8, '2023-10-08', NULL, NULL, 'cancelled', 43.57, NULL),
(51, 4, 7, '2023-10-13', '2023-10-26', '2023-10-14T10:58:22', 'shipped', 26.09, NULL),
(52, 2, NULL, '2023-10-16', '2023-10-21', '2023-10-21T11:44:34', 'shipped', 26.07, 'phone'),
(53, 2, 16, '2023-10-23', '2023-11-07', '2023-10-31T15:32:11', 'shipped', 14.57, NULL),
(54, 15, 17, '2023-10-28', '2023-11-13', '2023-11-03T06:12:09', 'shipped', 13.27, 'phone'),
(55, 5, 26, '2023-11-03', '2023-11-11', '2023-11-04T06:50:06', 'shipped', 6.06, 'phone'),
(56, 18, 15, '2023-11-08', '2023-11-23', '2023-11-18T16:27:03', 'shipped', 30.27, 'phone'),
(57, 20, 15, '2023-11-14', '2023-11-22', '2023-11-26T12:26:04', 'Shipped', 43.86, 'edi'),
(58, 4, 15, '2023-11-22', '2023-12-05', '2023-12-02T15:53:26', 'shipped', 26.19, NULL),
(59, 1, 14, '2023-11-27', '2023-12-09', '2023-11-30T11:06:57', 'shipped', 26.45, NULL),
(60, 5, 17, '2023-12-03', NULL, '2023-12-04T07:50:34', 'shipped', NULL, 'edi'),
(61, 7, 16, '2023-12-06', '2023-12-16', '2023-12-13T14:09:48', 'shipped', 20.05, NULL),
(62, NULL, 15, '2023-12-14', '2023-12-26', '2023-12-23T12:37:54', 'shipped', 35.13, 'web'),
(63, 21, 17, '2023-12-18', '2023-12-24', NULL, 'new', 23.66, 'web'),
(64, 7, 8, '2023-12-22', '2023-12-28', NULL, 'open', 5.82, NULL),
(65, 13, NULL, '2023-12-29', '2024-01-14', '2024-01-09T07:29:59', 'shipped', 28.31, 'phone'),
(66, 18, 25, '2024-01-05', '2024-01-20', NULL, 'cancelled', 41.53, 'phone'),
(67, 16, 24, '2024-01-11', '2024-01-19', '2024-01-23T08:07:56', 'shipped', 5.64, NULL),
(68, 16, 25, '2024-01-15', '2024-01-24', NULL, 'new', 41.91, 'edi'),
(69, 10, 7, '2024-01-19', '2024-01-29', NULL, 'cancelled', 13.69, 'web'),
(70, 5, 8, '2024-01-25', NULL, NULL, 'open', 27.22, 'phone'),
(71, 15, 18, '2024-02-03', '2024-02-10', NULL, 'cancelled', 20.75, 'phone'),
(72, 1, 15, '2024-02-05', '2024-02-17', '2024-02-18T13:41:47', 'shipped', 30.8, 'web'),
(73, 22, 26, '2024-02-12', '2024-02-27', NULL, 'new', 5.63, 'phone'),
(74, 5, 14, '2024-02-18', '2024-03-04', NULL, 'open', 19.24, 'edi'),
(75, 4, 26, '2024-02-23', '2024-03-10', '2024-03-08T09:21:17', 'shipped', 39.56, 'edi'),
(76, 3, 8, '2024-03-02', '2024-03-18', NULL, 'open', 38.72, NULL),
(77, 18, 16, '2024-03-04', '2024-03-16', NULL, 'open', NULL, 'web'),
(78, 2, NULL, '2024-03-10', '2024-03-15', NULL, 'new', 21.86, 'phone'),
(79, 3, 15, '2024-03-18', '2024-03-28', '2024-03-21T14:40:47', 'shipped', 8.44, 'edi'),
(80, 11, 8, '2024-03-22', NULL, '2024-04-04T08:44:33', 'shipped', 29.33, 'phone')
GO
INSERT INTO [sales].[Order] ([OrderID], [CustomerID], [SalesRepID], [OrderDate], [RequiredDate], [ShippedAt], [Status], [Freight], [Channel]) VALUES
(81, 7, 26, '2024-03-27', '2024-04-01', NULL, 'new', 5.69, 'web'),
(82, 1, 16, '2024-04-03', '2024-04-10', '2024-04-16T10:42:16', 'shipped', 21.66, 'web'),
(83, 7, 14, '2024-04-08', '2024-04-24', '2024-04-12T15:20:59', 'shipped', 41.18, NULL),
(84, 4, 18, '2024-04-12', '2024-04-17', NULL, 'new', 15.1, 'edi'),
(85, 3, 16, '2024-04-19', '2024-04-26', '2024-04-29T07:08:17', 'shipped', 5.17, 'web'),
(86, 3, 8, '2024-04-26', '2024-05-06', '2024-05-05T11:32:09', 'shipped', 6.8, 'phone'),
(87, 16, 8, '2024-05-02', '2024-05-07', NULL, 'open', 37.15, 'web'),
(88, 18, 18, '2024-05-05', '2024-05-20', NULL, 'new', 23.38, 'edi'),
(89, 6, 16, '2024-05-11', '2024-05-24', NULL, 'new', 9.32, NULL),
(90, 18, 8, '2024-05-16', NULL, '2024-05-21T14:45:19', 'shipped', 6.4, NULL),
(91, 13, NULL, '2024-05-21', '2024-05-27', '2024-05-29T14:16:42', 'shipped', 41.79, NULL),
(92, 1, 26, '2024-05-29', '2024-06-13', '2024-06-01T09:33:49', 'shipped', 9.23, 'web'),
(93, 4, 25, '2024-06-04', '2024-06-11', '2024-06-11T07:54:15', 'shipped', 39.47, 'edi'),
(94, 9, 25, '2024-06-07', '2024-06-15', '2024-06-17T12:45:10', 'shipped', NULL, NULL),
(95, 2, 25, '2024-06-13', '2024-06-29', NULL, 'open', 34.53, NULL),
(96, 7, 18, '2024-06-20', '2024-06-29', NULL, 'new', 7.38, 'phone')
GO
SET IDENTITY_INSERT [sales].[Order] OFF
GO
SET ANSI_NULLS ON
GO
CREATE TABLE [sales].[Order Details](
	[Order ID] [int] NOT NULL,
	[Line No] [smallint] NOT NULL,
	[ProductID] [int] NOT NULL,
	[Qty] [int] NOT NULL,
	[Unit Price] [decimal](9, 2) NOT NULL,
	[Discount] [decimal](4, 3) NOT NULL,
	[Gross]  AS ([Qty]*[Unit Price]),
	[Net]  AS (CONVERT([decimal](12, 2),([Qty]*[Unit Price])*((1)-[Discount]))) PERSISTED,
 CONSTRAINT [PK_Order Details] PRIMARY KEY CLUSTERED 
(
	[Order ID] ASC,
	[Line No] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
ALTER TABLE [sales].[Order Details] ADD  CONSTRAINT [DF_OD_Discount]  DEFAULT ((0)) FOR [Discount]
GO
ALTER TABLE [sales].[Order Details]  WITH CHECK ADD  CONSTRAINT [CK_OD_Qty] CHECK  (([Qty]>(0)))
GO
INSERT INTO [sales].[Order Details] ([Order ID], [Line No], [ProductID], [Qty], [Unit Price], [Discount]) VALUES
(1, 1, 16, 19, 13.86, 0.05),
(1, 2, 21, 22, 11.0, 0),
(2, 1, 18, 7, 163.9, 0.05),
(2, 2, 9, 4, 3.99, 0),
(3, 1, 5, 10, 7.98, 0.05),
(3, 2, 15, 9, 22.49, 0.1),
(3, 3, 14, 14, 0.05, 0.125),
(4, 1, 12, 22, 30.69, 0.1),
(4, 2, 1, 1, 129.0, 0.05),
(4, 3, 15, 11, 24.74, 0.1),
(5, 1, 16, 2, 12.6, 0.125),
(6, 1, 15, 19, 22.49, 0),
(7, 1, 19, 17, 19.99, 0.1),
(7, 2, 23, 3, 9.95, 0.1),
(7, 3, 13, 8, 15.25, 0),
(8, 1, 2, 5, 0.35, 0),
(9, 1, 13, 24, 15.25, 0),
(9, 2, 16, 3, 12.6, 0),
(10, 1, 22, 24, 70.4, 0.125),
(10, 2, 4, 22, 89.99, 0),
(10, 3, 11, 17, 35.2, 0),
(11, 1, 12, 4, 27.9, 0),
(11, 2, 21, 12, 11.0, 0.125),
(12, 1, 14, 8, 0.05, 0.125),
(12, 2, 6, 16, 6.4, 0),
(12, 3, 8, 8, 20.62, 0),
(13, 1, 10, 17, 81.95, 0.125),
(14, 1, 22, 10, 64.0, 0),
(15, 1, 12, 16, 30.69, 0),
(15, 2, 10, 6, 74.5, 0),
(16, 1, 6, 2, 7.04, 0.1),
(16, 2, 12, 17, 27.9, 0),
(18, 1, 14, 11, 0.05, 0.05),
(18, 2, 6, 14, 7.04, 0),
(18, 3, 13, 1, 15.25, 0),
(19, 1, 7, 19, 1.1, 0.05),
(20, 1, 23, 16, 9.95, 0),
(20, 2, 12, 14, 30.69, 0),
(20, 3, 6, 2, 7.04, 0.125),
(21, 1, 24, 5, 5.75, 0.05)
GO
INSERT INTO [sales].[Order Details] ([Order ID], [Line No], [ProductID], [Qty], [Unit Price], [Discount]) VALUES
(21, 2, 19, 11, 19.99, 0.05),
(22, 1, 24, 12, 6.33, 0.125),
(23, 1, 16, 3, 12.6, 0.05),
(24, 1, 21, 10, 11.0, 0),
(24, 2, 8, 14, 18.75, 0),
(25, 1, 18, 14, 149.0, 0.05),
(25, 2, 11, 17, 35.2, 0),
(26, 1, 16, 20, 12.6, 0.1),
(26, 2, 22, 6, 70.4, 0.1),
(27, 1, 18, 11, 149.0, 0),
(27, 2, 10, 12, 74.5, 0),
(28, 1, 6, 1, 6.4, 0),
(28, 2, 14, 2, 0.05, 0),
(28, 3, 23, 1, 9.95, 0.05),
(29, 1, 12, 5, 27.9, 0),
(29, 2, 4, 9, 89.99, 0),
(30, 1, 18, 9, 149.0, 0),
(30, 2, 2, 16, 0.35, 0.05),
(30, 3, 21, 15, 11.0, 0.05),
(31, 1, 10, 12, 74.5, 0.05),
(31, 2, 15, 3, 22.49, 0.1),
(32, 1, 9, 8, 3.99, 0),
(33, 1, 15, 4, 24.74, 0),
(33, 2, 1, 18, 141.9, 0.05),
(33, 3, 17, 24, 2.75, 0.125),
(34, 1, 2, 10, 0.35, 0),
(34, 2, 4, 4, 89.99, 0),
(35, 1, 6, 7, 6.4, 0.05),
(36, 1, 2, 20, 0.35, 0),
(37, 1, 17, 7, 2.5, 0),
(38, 1, 16, 23, 12.6, 0.125),
(38, 2, 10, 9, 74.5, 0.125),
(39, 1, 14, 16, 0.05, 0.05),
(40, 1, 11, 18, 32.0, 0),
(40, 2, 5, 13, 7.25, 0),
(40, 3, 9, 19, 4.39, 0.05),
(41, 1, 10, 12, 74.5, 0.125),
(41, 2, 4, 23, 89.99, 0),
(41, 3, 22, 24, 64.0, 0.1),
(42, 1, 17, 13, 2.5, 0.125)
GO
INSERT INTO [sales].[Order Details] ([Order ID], [Line No], [ProductID], [Qty], [Unit Price], [Discount]) VALUES
(42, 2, 23, 5, 9.95, 0),
(42, 3, 21, 15, 11.0, 0.1),
(43, 1, 22, 13, 64.0, 0.05),
(43, 2, 15, 22, 24.74, 0.05),
(44, 1, 21, 7, 11.0, 0),
(45, 1, 13, 13, 16.78, 0.125),
(45, 2, 12, 5, 30.69, 0.1),
(45, 3, 16, 19, 12.6, 0.05),
(46, 1, 19, 1, 19.99, 0.1),
(47, 1, 1, 21, 129.0, 0.125),
(48, 1, 8, 23, 18.75, 0),
(49, 1, 14, 19, 0.05, 0.125),
(49, 2, 2, 23, 0.35, 0.125),
(49, 3, 15, 5, 22.49, 0.05),
(51, 1, 17, 12, 2.5, 0),
(51, 2, 15, 8, 24.74, 0.125),
(52, 1, 14, 10, 0.05, 0.125),
(52, 2, 3, 11, 14.5, 0.05),
(52, 3, 2, 23, 0.35, 0.125),
(53, 1, 19, 8, 21.99, 0.1),
(53, 2, 11, 11, 35.2, 0.05),
(54, 1, 19, 15, 21.99, 0.05),
(55, 1, 19, 22, 19.99, 0.05),
(55, 2, 4, 10, 89.99, 0.125),
(55, 3, 23, 21, 10.95, 0),
(56, 1, 19, 24, 21.99, 0),
(57, 1, 10, 21, 74.5, 0.05),
(57, 2, 23, 22, 10.95, 0.1),
(58, 1, 12, 13, 30.69, 0),
(58, 2, 11, 6, 32.0, 0.125),
(59, 1, 22, 15, 64.0, 0.05),
(59, 2, 23, 7, 9.95, 0),
(59, 3, 14, 3, 0.06, 0),
(60, 1, 22, 17, 64.0, 0.05),
(61, 1, 20, 2, 4.62, 0),
(62, 1, 13, 3, 16.78, 0.125),
(62, 2, 18, 10, 149.0, 0),
(63, 1, 8, 19, 20.62, 0.05),
(63, 2, 23, 18, 9.95, 0.1),
(63, 3, 20, 20, 4.62, 0.1)
GO
INSERT INTO [sales].[Order Details] ([Order ID], [Line No], [ProductID], [Qty], [Unit Price], [Discount]) VALUES
(64, 1, 20, 7, 4.2, 0.1),
(65, 1, 17, 5, 2.75, 0.05),
(65, 2, 19, 7, 21.99, 0.1),
(65, 3, 24, 17, 5.75, 0.125),
(66, 1, 9, 1, 3.99, 0.125),
(67, 1, 15, 20, 22.49, 0.05),
(68, 1, 4, 2, 89.99, 0.05),
(68, 2, 18, 6, 163.9, 0.125),
(69, 1, 14, 8, 0.06, 0.1),
(70, 1, 24, 22, 5.75, 0),
(71, 1, 10, 16, 74.5, 0),
(72, 1, 20, 2, 4.2, 0),
(72, 2, 15, 17, 22.49, 0),
(73, 1, 11, 18, 32.0, 0.05),
(73, 2, 5, 11, 7.25, 0.125),
(74, 1, 4, 20, 89.99, 0.05),
(75, 1, 12, 14, 27.9, 0.05),
(75, 2, 6, 22, 6.4, 0),
(76, 1, 16, 7, 12.6, 0.1),
(78, 1, 20, 24, 4.62, 0.05),
(78, 2, 12, 2, 27.9, 0.1),
(79, 1, 24, 20, 5.75, 0.125),
(80, 1, 12, 16, 27.9, 0),
(80, 2, 18, 15, 149.0, 0.1),
(80, 3, 10, 12, 81.95, 0),
(81, 1, 4, 20, 89.99, 0),
(81, 2, 19, 23, 19.99, 0),
(81, 3, 21, 21, 12.1, 0),
(82, 1, 11, 5, 32.0, 0),
(82, 2, 13, 10, 15.25, 0.1),
(83, 1, 4, 24, 89.99, 0.05),
(83, 2, 23, 14, 9.95, 0.125),
(84, 1, 9, 9, 4.39, 0.05),
(84, 2, 14, 6, 0.05, 0),
(85, 1, 5, 14, 7.98, 0.1),
(85, 2, 20, 2, 4.2, 0.125),
(86, 1, 6, 4, 7.04, 0.1),
(86, 2, 14, 24, 0.05, 0),
(87, 1, 1, 23, 129.0, 0.125),
(87, 2, 13, 6, 15.25, 0.1)
GO
INSERT INTO [sales].[Order Details] ([Order ID], [Line No], [ProductID], [Qty], [Unit Price], [Discount]) VALUES
(88, 1, 4, 12, 89.99, 0.1),
(89, 1, 16, 9, 12.6, 0.05),
(89, 2, 8, 18, 20.62, 0.125),
(89, 3, 1, 4, 129.0, 0.05),
(90, 1, 4, 16, 98.99, 0.1),
(90, 2, 5, 23, 7.25, 0),
(90, 3, 13, 10, 15.25, 0),
(91, 1, 2, 15, 0.35, 0.05),
(91, 2, 14, 8, 0.05, 0),
(92, 1, 8, 6, 18.75, 0.05),
(93, 1, 21, 20, 11.0, 0.05),
(93, 2, 8, 18, 18.75, 0),
(94, 1, 1, 14, 141.9, 0.05),
(94, 2, 23, 14, 9.95, 0.125),
(95, 1, 21, 2, 11.0, 0),
(95, 2, 7, 8, 1.1, 0),
(96, 1, 6, 19, 6.4, 0),
(96, 2, 8, 16, 18.75, 0)
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [sales].[Invoice](
	[InvoiceID] [int] NOT NULL,
	[OrderID] [int] NOT NULL,
	[InvoiceDate] [date] NOT NULL,
	[DueDate] [date] NOT NULL,
	[Amount] [decimal](12, 2) NOT NULL,
	[Currency] [char](3) NOT NULL,
 CONSTRAINT [PK_Invoice] PRIMARY KEY CLUSTERED 
(
	[InvoiceID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [sales].[Invoice] ([InvoiceID], [OrderID], [InvoiceDate], [DueDate], [Amount], [Currency]) VALUES
(5001, 1, '2023-01-06', '2023-02-05', 492.17, 'SEK'),
(5002, 2, '2023-01-10', '2023-02-09', 1105.90, 'SEK'),
(5003, 3, '2023-01-24', '2023-03-25', 258.59, 'SEK'),
(5004, 4, '2023-01-26', '2023-03-27', 975.14, 'EUR'),
(5005, 5, '2023-02-07', '2023-04-08', 22.05, 'EUR'),
(5006, 7, '2023-02-25', '2023-03-11', 454.72, 'SEK'),
(5007, 9, '2023-03-04', '2023-04-03', 403.80, 'EUR'),
(5008, 10, '2023-03-08', '2023-03-22', 4056.58, 'EUR'),
(5009, 11, '2023-03-17', '2023-05-16', 227.10, 'USD'),
(5010, 12, '2023-03-14', '2023-03-28', 267.71, 'USD'),
(5011, 13, '2023-03-29', '2023-04-28', 1219.01, 'EUR'),
(5012, 14, '2023-04-01', '2023-04-15', 640.00, 'EUR'),
(5013, 16, '2023-04-08', '2023-06-07', 486.97, 'EUR'),
(5014, 19, '2023-04-18', '2023-05-18', 19.86, 'EUR'),
(5015, 20, '2023-05-01', '2023-05-31', 601.18, 'EUR'),
(5016, 21, '2023-05-07', '2023-05-21', 236.21, 'EUR'),
(5017, 23, '2023-05-18', '2023-06-17', 35.91, 'EUR'),
(5018, 24, '2023-05-23', '2023-06-22', 372.50, 'EUR'),
(5019, 25, '2023-06-03', '2023-08-02', 2580.10, 'SEK'),
(5020, 27, '2023-06-08', '2023-06-22', 2533.00, 'USD'),
(5021, 28, '2023-06-07', '2023-07-07', 15.95, 'USD'),
(5022, 30, '2023-06-17', '2023-07-17', 1503.07, 'EUR'),
(5023, 31, '2023-07-07', '2023-07-21', 910.02, 'EUR'),
(5024, 32, '2023-07-02', '2023-07-16', 31.92, 'EUR'),
(5025, 33, '2023-07-15', '2023-08-14', 2583.20, 'SEK'),
(5026, 34, '2023-07-14', '2023-08-13', 363.46, 'EUR'),
(5027, 35, '2023-07-17', '2023-09-15', 42.56, 'USD'),
(5028, 36, '2023-07-25', '2023-09-23', 7.00, 'SEK'),
(5029, 37, '2023-08-06', '2023-08-20', 17.50, 'EUR'),
(5030, 38, '2023-08-10', '2023-09-09', 840.27, 'USD'),
(5031, 39, '2023-08-23', '2023-09-22', 0.76, 'USD'),
(5032, 40, '2023-08-28', '2023-09-27', 749.49, 'USD'),
(5033, 41, '2023-08-21', '2023-09-20', 4234.42, 'EUR'),
(5034, 42, '2023-09-04', '2023-09-18', 226.69, 'EUR'),
(5035, 43, '2023-09-12', '2023-10-12', 1307.47, 'SEK'),
(5036, 44, '2023-09-12', '2023-10-12', 77.00, 'USD'),
(5037, 46, '2023-09-21', '2023-10-21', 17.99, 'EUR'),
(5038, 47, '2023-09-22', '2023-10-22', 2370.38, 'EUR'),
(5039, 48, '2023-10-08', '2023-12-07', 431.25, 'SEK'),
(5040, 51, '2023-10-17', '2023-10-31', 203.18, 'SEK')
GO
INSERT INTO [sales].[Invoice] ([InvoiceID], [OrderID], [InvoiceDate], [DueDate], [Amount], [Currency]) VALUES
(5041, 52, '2023-10-22', '2023-12-21', 159.01, 'EUR'),
(5042, 53, '2023-11-03', '2024-01-02', 526.17, 'EUR'),
(5043, 54, '2023-11-05', '2023-12-05', 313.36, 'EUR'),
(5044, 55, '2023-11-06', '2023-12-06', 1435.15, 'EUR'),
(5045, 56, '2023-11-19', '2023-12-19', 527.76, 'EUR'),
(5046, 57, '2023-11-27', '2023-12-27', 1703.09, 'EUR'),
(5047, 58, '2023-12-05', '2024-02-03', 566.97, 'SEK'),
(5048, 59, '2023-11-30', '2023-12-14', 981.83, 'EUR'),
(5049, 60, '2023-12-04', '2024-01-03', 1033.60, 'SEK'),
(5050, 61, '2023-12-16', '2023-12-30', 9.24, 'SEK'),
(5051, 62, '2023-12-23', '2024-01-22', 1534.05, 'EUR'),
(5052, 65, '2024-01-10', '2024-02-09', 237.13, 'SEK'),
(5053, 67, '2024-01-23', '2024-02-06', 427.31, 'USD'),
(5054, 72, '2024-02-21', '2024-04-21', 390.73, 'EUR'),
(5055, 75, '2024-03-08', '2024-04-07', 511.87, 'USD'),
(5056, 79, '2024-03-21', '2024-04-04', 100.63, 'SEK'),
(5057, 80, '2024-04-05', '2024-05-05', 3441.30, 'EUR'),
(5058, 82, '2024-04-19', '2024-05-03', 297.25, 'EUR'),
(5059, 83, '2024-04-12', '2024-05-12', 2173.66, 'USD'),
(5060, 85, '2024-05-01', '2024-05-31', 107.90, 'EUR'),
(5061, 86, '2024-05-06', '2024-06-05', 26.54, 'SEK'),
(5062, 90, '2024-05-21', '2024-07-20', 1744.71, 'USD'),
(5063, 91, '2024-05-29', '2024-07-28', 5.39, 'EUR'),
(5064, 92, '2024-06-04', '2024-07-04', 106.88, 'EUR'),
(5065, 93, '2024-06-13', '2024-07-13', 546.50, 'USD'),
(5066, 94, '2024-06-19', '2024-08-18', 2009.16, 'EUR')
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [sales].[Payment](
	[PaymentID] [int] IDENTITY(1,1) NOT NULL,
	[InvoiceID] [int] NOT NULL,
	[PaidOn] [date] NOT NULL,
	[Amount] [decimal](12, 2) NOT NULL,
	[Method] [varchar](10) NULL,
 CONSTRAINT [PK_Payment] PRIMARY KEY CLUSTERED 
(
	[PaymentID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
SET IDENTITY_INSERT [sales].[Payment] ON
GO
INSERT INTO [sales].[Payment] ([PaymentID], [InvoiceID], [PaidOn], [Amount], [Method]) VALUES
(1, 5001, '2023-02-21', 492.17, 'card'),
(2, 5002, '2023-03-03', 1105.90, 'card'),
(3, 5003, '2023-02-17', 258.59, NULL),
(4, 5004, '2023-03-13', 975.14, 'bank'),
(5, 5005, '2023-02-12', 11.03, 'card'),
(6, 5007, '2023-04-27', 403.80, 'card'),
(7, 5008, '2023-03-31', 2028.29, 'card'),
(8, 5009, '2023-04-06', 113.55, 'card'),
(9, 5010, '2023-04-03', 267.71, 'bank'),
(10, 5011, '2023-04-21', 1219.01, 'bank'),
(11, 5012, '2023-04-25', 320.00, 'card'),
(12, 5013, '2023-06-04', 486.97, 'card'),
(13, 5014, '2023-06-18', 19.86, NULL),
(14, 5015, '2023-05-13', 601.18, NULL),
(15, 5016, '2023-05-25', 118.11, 'card'),
(16, 5016, '2023-06-16', 118.10, 'bank'),
(17, 5017, '2023-06-23', 35.91, 'card'),
(18, 5018, '2023-06-10', 186.25, 'card'),
(19, 5019, '2023-07-18', 2580.10, 'card'),
(20, 5020, '2023-07-01', 1266.50, 'card'),
(21, 5021, '2023-06-30', 7.98, 'card'),
(22, 5021, '2023-07-16', 7.97, 'bank'),
(23, 5022, '2023-07-29', 1503.07, 'card'),
(24, 5023, '2023-09-14', 910.02, 'bank'),
(25, 5024, '2023-07-22', 15.96, 'card'),
(26, 5026, '2023-07-16', 363.46, NULL),
(27, 5027, '2023-07-27', 21.28, 'card'),
(28, 5027, '2023-08-20', 21.28, 'bank'),
(29, 5028, '2023-08-14', 3.50, 'card'),
(30, 5028, '2023-09-07', 3.50, 'bank'),
(31, 5029, '2023-09-30', 17.50, 'card'),
(32, 5030, '2023-10-12', 840.27, 'bank'),
(33, 5031, '2023-10-16', 0.76, NULL),
(34, 5032, '2023-10-26', 749.49, 'bank'),
(35, 5033, '2023-09-08', 2117.21, 'card'),
(36, 5033, '2023-10-01', 2117.21, 'bank'),
(37, 5034, '2023-11-13', 226.69, 'card'),
(38, 5035, '2023-10-04', 1307.47, NULL),
(39, 5036, '2023-10-19', 77.00, 'bank'),
(40, 5037, '2023-11-23', 17.99, 'bank')
GO
INSERT INTO [sales].[Payment] ([PaymentID], [InvoiceID], [PaidOn], [Amount], [Method]) VALUES
(41, 5038, '2023-10-09', 2370.38, 'bank'),
(42, 5039, '2023-12-15', 431.25, NULL),
(43, 5040, '2023-12-12', 203.18, NULL),
(44, 5042, '2023-11-21', 526.17, 'card'),
(45, 5043, '2023-12-27', 313.36, 'bank'),
(46, 5044, '2023-11-14', 717.58, 'card'),
(47, 5045, '2023-12-14', 527.76, 'card'),
(48, 5046, '2023-12-06', 851.55, 'card'),
(49, 5046, '2024-01-10', 851.54, 'bank'),
(50, 5048, '2023-12-29', 981.83, 'card'),
(51, 5049, '2024-01-13', 1033.60, NULL),
(52, 5050, '2023-12-30', 4.62, 'card'),
(53, 5050, '2024-01-16', 4.62, 'bank'),
(54, 5051, '2024-01-06', 1534.05, 'bank'),
(55, 5053, '2024-02-21', 427.31, 'card'),
(56, 5054, '2024-02-22', 390.73, 'card'),
(57, 5055, '2024-05-05', 511.87, 'bank'),
(58, 5056, '2024-03-28', 50.32, 'card'),
(59, 5057, '2024-04-19', 3441.30, 'card'),
(60, 5058, '2024-05-28', 297.25, NULL),
(61, 5059, '2024-05-09', 2173.66, 'bank'),
(62, 5060, '2024-06-07', 107.90, NULL),
(63, 5061, '2024-06-18', 26.54, 'bank'),
(64, 5062, '2024-06-25', 1744.71, 'card'),
(65, 5064, '2024-06-13', 106.88, 'bank'),
(66, 5065, '2024-08-10', 546.50, 'bank'),
(67, 5066, '2024-07-16', 2009.16, 'card')
GO
SET IDENTITY_INSERT [sales].[Payment] OFF
GO
ALTER TABLE [sales].[Order]  WITH CHECK ADD  CONSTRAINT [FK_Order_Customer] FOREIGN KEY([CustomerID])
REFERENCES [sales].[Customer] ([CustomerID])
GO
ALTER TABLE [sales].[Order Details]  WITH CHECK ADD  CONSTRAINT [FK_Order Details_Order] FOREIGN KEY([Order ID])
REFERENCES [sales].[Order] ([OrderID])
GO
ALTER TABLE [sales].[Order Details]  WITH CHECK ADD  CONSTRAINT [FK_Order Details_Product] FOREIGN KEY([ProductID])
REFERENCES [sales].[Product] ([ProductID])
GO
ALTER TABLE [sales].[Invoice]  WITH CHECK ADD  CONSTRAINT [FK_Invoice_Order] FOREIGN KEY([OrderID])
REFERENCES [sales].[Order] ([OrderID])
GO
ALTER TABLE [sales].[Payment]  WITH CHECK ADD  CONSTRAINT [FK_Payment_Invoice] FOREIGN KEY([InvoiceID])
REFERENCES [sales].[Invoice] ([InvoiceID])
GO
ALTER TABLE [sales].[Order]  WITH CHECK ADD  CONSTRAINT [FK_Order_Employee] FOREIGN KEY([SalesRepID])
REFERENCES [hr].[Employee] ([EmployeeID])
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [fin].[Account](
	[AccountNo] [char](4) NOT NULL,
	[Account Name] [nvarchar](50) NOT NULL,
	[ParentNo] [char](4) NULL,
	[Type] [varchar](10) NOT NULL,
	[Sign] [smallint] NOT NULL,
 CONSTRAINT [PK_Account] PRIMARY KEY CLUSTERED 
(
	[AccountNo] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [fin].[Account] ([AccountNo], [Account Name], [ParentNo], [Type], [Sign]) VALUES
('1000', 'Assets', NULL, 'asset', 1),
('1100', 'Cash', '1000', 'asset', 1),
('1110', 'Petty cash', '1100', 'asset', 1),
('1120', 'Bank', '1100', 'asset', 1),
('1200', 'Receivables', '1000', 'asset', 1),
('1300', 'Inventory', '1000', 'asset', 1),
('2000', 'Liabilities', NULL, 'liability', -1),
('2100', 'Payables', '2000', 'liability', -1),
('2200', 'VAT', '2000', 'liability', -1),
('3000', 'Equity', NULL, 'equity', -1),
('4000', 'Revenue', NULL, 'revenue', -1),
('4100', 'Domestic sales', '4000', 'revenue', -1),
('4200', 'Export sales', '4000', 'revenue', -1),
('5000', 'Expenses', NULL, 'expense', 1),
('5100', 'Wages', '5000', 'expense', 1),
('5200', 'Rent', '5000', 'expense', 1),
('5210', 'Rent: depot', '5200', 'expense', 1),
('5300', 'Freight', '5000', 'expense', 1)
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [fin].[Journal](
	[JournalID] [int] NOT NULL,
	[Line] [tinyint] NOT NULL,
	[PostDate] [date] NOT NULL,
	[AccountNo] [char](4) NOT NULL,
	[Debit] [money] NOT NULL,
	[Credit] [money] NOT NULL,
	[Memo] [nvarchar](60) NULL,
	[CostCentre] [char](4) NULL,
	[Net]  AS ([Debit]-[Credit]),
 CONSTRAINT [PK_Journal] PRIMARY KEY CLUSTERED 
(
	[JournalID] ASC,
	[Line] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [fin].[Journal] ([JournalID], [Line], [PostDate], [AccountNo], [Debit], [Credit], [Memo], [CostCentre]) VALUES
(9000, 1, '2023-01-15', '5100', 375.25, 0, NULL, '2000'),
(9000, 2, '2023-01-15', '1120', 0, 375.25, 'wages', NULL),
(9001, 1, '2023-01-27', '1200', 1475, 0, 'invoice posted', '2000'),
(9001, 2, '2023-01-27', '4100', 0, 1475, 'invoice posted', NULL),
(9002, 1, '2023-02-04', '5210', 1125.99, 0, 'rent; depot', '1000'),
(9002, 2, '2023-02-04', '2100', 0, 1125.99, 'rent; depot', NULL),
(9003, 1, '2023-02-14', '5100', 1325.25, 0, 'wages', '1000'),
(9003, 2, '2023-02-14', '1120', 0, 1325.25, 'wages', NULL),
(9004, 1, '2023-02-21', '5200', 1575.99, 0, 'rent; depot', '1000'),
(9004, 2, '2023-02-21', '2100', 0, 1575.99, 'rent; depot', NULL),
(9005, 1, '2023-03-01', '5100', 575.99, 0, 'wages', '1000'),
(9005, 2, '2023-03-01', '1120', 0, 575.99, 'wages', NULL),
(9006, 1, '2023-03-11', '1120', 175, 0, 'cash receipt', NULL),
(9006, 2, '2023-03-11', '1200', 0, 175, 'cash receipt', NULL),
(9007, 1, '2023-03-21', '5300', 875.25, 0, 'freight & duty', '1000'),
(9007, 2, '2023-03-21', '1110', 0, 875.25, 'freight & duty', NULL),
(9007, 3, '2023-03-21', '2200', 10, 0, '', '1000'),
(9008, 1, '2023-03-28', '5100', 1200.5, 0, NULL, '3000'),
(9008, 2, '2023-03-28', '1120', 0, 1200.5, 'wages', NULL),
(9009, 1, '2023-04-08', '5300', 1775.25, 0, 'freight & duty', '1100'),
(9009, 2, '2023-04-08', '1110', 0, 1775.25, 'freight & duty', NULL),
(9010, 1, '2023-04-17', '1120', 1275, 0, 'cash receipt', '1100'),
(9010, 2, '2023-04-17', '1200', 0, 1275, 'cash receipt', NULL),
(9011, 1, '2023-04-25', '1120', 1950.25, 0, 'cash receipt', '2000'),
(9011, 2, '2023-04-25', '1200', 0, 1950.25, 'cash receipt', NULL),
(9012, 1, '2023-05-06', '1120', 150.5, 0, 'cash receipt', '3000'),
(9012, 2, '2023-05-06', '1200', 0, 150.5, 'cash receipt', NULL),
(9013, 1, '2023-05-15', '1120', 1975.25, 0, 'cash receipt', '3000'),
(9013, 2, '2023-05-15', '1200', 0, 1975.25, 'cash receipt', NULL),
(9014, 1, '2023-05-24', '5100', 975.5, 0, 'wages', '2000'),
(9014, 2, '2023-05-24', '1120', 0, 975.5, 'wages', NULL),
(9015, 1, '2023-06-02', '1120', 300, 0, 'cash receipt', NULL),
(9015, 2, '2023-06-02', '1200', 0, 300, 'cash receipt', NULL),
(9016, 1, '2023-06-08', '1120', 500.99, 0, NULL, NULL),
(9016, 2, '2023-06-08', '1200', 0, 500.99, 'cash receipt', NULL),
(9017, 1, '2023-06-18', '1120', 875.99, 0, 'cash receipt', '1100'),
(9017, 2, '2023-06-18', '1200', 0, 875.99, 'cash receipt', NULL),
(9018, 1, '2023-06-27', '5100', 925.5, 0, 'wages', NULL),
(9018, 2, '2023-06-27', '1120', 0, 925.5, 'wages', NULL),
(9019, 1, '2023-07-07', '5100', 375, 0, 'wages', '1100')
GO
INSERT INTO [fin].[Journal] ([JournalID], [Line], [PostDate], [AccountNo], [Debit], [Credit], [Memo], [CostCentre]) VALUES
(9019, 2, '2023-07-07', '1120', 0, 375, 'wages', NULL),
(9020, 1, '2023-07-14', '5300', 375.25, 0, 'freight & duty', '1100'),
(9020, 2, '2023-07-14', '1110', 0, 375.25, 'freight & duty', NULL),
(9021, 1, '2023-07-23', '5210', 550, 0, 'rent; depot', '1100'),
(9021, 2, '2023-07-23', '2100', 0, 550, 'rent; depot', NULL),
(9022, 1, '2023-08-01', '1120', 450.5, 0, 'cash receipt', '2000'),
(9022, 2, '2023-08-01', '1200', 0, 450.5, 'cash receipt', NULL),
(9023, 1, '2023-08-10', '1200', 275, 0, 'invoice posted', '1000'),
(9023, 2, '2023-08-10', '4100', 0, 275, 'invoice posted', NULL),
(9024, 1, '2023-08-22', '5100', 275.99, 0, NULL, '2000'),
(9024, 2, '2023-08-22', '1120', 0, 275.99, 'wages', NULL),
(9025, 1, '2023-08-30', '1120', 1525.99, 0, 'cash receipt', '1100'),
(9025, 2, '2023-08-30', '1200', 0, 1525.99, 'cash receipt', NULL),
(9026, 1, '2023-09-06', '5300', 1650, 0, 'freight & duty', NULL),
(9026, 2, '2023-09-06', '1110', 0, 1650, 'freight & duty', NULL),
(9027, 1, '2023-09-17', '1200', 150.25, 0, 'invoice posted', '1000'),
(9027, 2, '2023-09-17', '4200', 0, 150.25, 'invoice posted', NULL),
(9027, 3, '2023-09-17', '2200', 10, 0, '', '1000'),
(9028, 1, '2023-09-24', '1200', 1075.25, 0, 'invoice posted', '2000'),
(9028, 2, '2023-09-24', '4200', 0, 1075.25, 'invoice posted', NULL),
(9029, 1, '2023-10-04', '5210', 700.25, 0, 'rent; depot', NULL),
(9029, 2, '2023-10-04', '2100', 0, 700.25, 'rent; depot', NULL),
(9030, 1, '2023-10-12', '5300', 600, 0, 'freight & duty', NULL),
(9030, 2, '2023-10-12', '1110', 0, 600, 'freight & duty', NULL),
(9031, 1, '2023-10-24', '5300', 1250.99, 0, 'freight & duty', '2000'),
(9031, 2, '2023-10-24', '1110', 0, 1250.99, 'freight & duty', NULL),
(9032, 1, '2023-10-30', '5100', 925.99, 0, NULL, '2000'),
(9032, 2, '2023-10-30', '1120', 0, 925.99, 'wages', NULL),
(9033, 1, '2023-11-10', '5300', 975.25, 0, 'freight & duty', '2000'),
(9033, 2, '2023-11-10', '1110', 0, 975.25, 'freight & duty', NULL),
(9034, 1, '2023-11-18', '5200', 1025.99, 0, 'rent; depot', '1100'),
(9034, 2, '2023-11-18', '2100', 0, 1025.99, 'rent; depot', NULL),
(9035, 1, '2023-11-27', '1120', 1700.99, 0, 'cash receipt', '3000'),
(9035, 2, '2023-11-27', '1200', 0, 1700.99, 'cash receipt', NULL),
(9036, 1, '2023-12-08', '5100', 675.25, 0, 'wages', '1100'),
(9036, 2, '2023-12-08', '1120', 0, 675.25, 'wages', NULL),
(9037, 1, '2023-12-15', '1120', 2025.25, 0, 'cash receipt', '3000'),
(9037, 2, '2023-12-15', '1200', 0, 2025.25, 'cash receipt', NULL),
(9038, 1, '2023-12-26', '5300', 225.25, 0, 'freight & duty', NULL),
(9038, 2, '2023-12-26', '1110', 0, 225.25, 'freight & duty', NULL)
GO
INSERT INTO [fin].[Journal] ([JournalID], [Line], [PostDate], [AccountNo], [Debit], [Credit], [Memo], [CostCentre]) VALUES
(9039, 1, '2024-01-03', '5300', 800.5, 0, 'freight & duty', '2000'),
(9039, 2, '2024-01-03', '1110', 0, 800.5, 'freight & duty', NULL),
(9040, 1, '2024-01-11', '1120', 450.25, 0, NULL, '1000'),
(9040, 2, '2024-01-11', '1200', 0, 450.25, 'cash receipt', NULL),
(9041, 1, '2024-01-21', '1200', 1575.99, 0, 'invoice posted', '1000'),
(9041, 2, '2024-01-21', '4200', 0, 1575.99, 'invoice posted', NULL),
(9042, 1, '2024-01-30', '1200', 700, 0, 'invoice posted', NULL),
(9042, 2, '2024-01-30', '4100', 0, 700, 'invoice posted', NULL),
(9043, 1, '2024-02-09', '5300', 1425.25, 0, 'freight & duty', '2000'),
(9043, 2, '2024-02-09', '1110', 0, 1425.25, 'freight & duty', NULL),
(9044, 1, '2024-02-16', '5100', 1125, 0, 'wages', '1000'),
(9044, 2, '2024-02-16', '1120', 0, 1125, 'wages', NULL),
(9045, 1, '2024-02-24', '1120', 1325.25, 0, 'cash receipt', '1000'),
(9045, 2, '2024-02-24', '1200', 0, 1325.25, 'cash receipt', NULL),
(9046, 1, '2024-03-05', '5300', 1750.99, 0, 'freight & duty', '3000'),
(9046, 2, '2024-03-05', '1110', 0, 1750.99, 'freight & duty', NULL),
(9047, 1, '2024-03-16', '5100', 1725.25, 0, 'wages', '1000'),
(9047, 2, '2024-03-16', '1120', 0, 1725.25, 'wages', NULL),
(9047, 3, '2024-03-16', '2200', 10, 0, '', '1000'),
(9048, 1, '2024-03-23', '5210', 1650, 0, NULL, '1000'),
(9048, 2, '2024-03-23', '2100', 0, 1650, 'rent; depot', NULL),
(9049, 1, '2024-03-31', '1120', 575, 0, 'cash receipt', '1000'),
(9049, 2, '2024-03-31', '1200', 0, 575, 'cash receipt', NULL),
(9050, 1, '2024-04-10', '5300', 1450.5, 0, 'freight & duty', '1000'),
(9050, 2, '2024-04-10', '1110', 0, 1450.5, 'freight & duty', NULL),
(9051, 1, '2024-04-18', '1120', 550.5, 0, 'cash receipt', NULL),
(9051, 2, '2024-04-18', '1200', 0, 550.5, 'cash receipt', NULL),
(9052, 1, '2024-04-30', '1120', 2075.5, 0, 'cash receipt', '2000'),
(9052, 2, '2024-04-30', '1200', 0, 2075.5, 'cash receipt', NULL),
(9053, 1, '2024-05-08', '5100', 1400, 0, 'wages', '1000'),
(9053, 2, '2024-05-08', '1120', 0, 1400, 'wages', NULL),
(9054, 1, '2024-05-17', '1200', 725.99, 0, 'invoice posted', '1000'),
(9054, 2, '2024-05-17', '4100', 0, 725.99, 'invoice posted', NULL),
(9055, 1, '2024-05-24', '5100', 400.25, 0, 'wages', '1000'),
(9055, 2, '2024-05-24', '1120', 0, 400.25, 'wages', NULL)
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [fin].[Period](
	[Period Key] [int] NOT NULL,
	[Year] [smallint] NOT NULL,
	[Month] [tinyint] NOT NULL,
	[Start] [date] NOT NULL,
	[End] [date] NOT NULL,
	[Open?] [bit] NOT NULL,
	[Quarter]  AS (([Month]-(1))/(3)+(1)),
 CONSTRAINT [PK_Period] PRIMARY KEY CLUSTERED 
(
	[Period Key] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [fin].[Period] ([Period Key], [Year], [Month], [Start], [End], [Open?]) VALUES
(202301, 2023, 1, '2023-01-01', '2023-01-31', 0),
(202302, 2023, 2, '2023-02-01', '2023-02-28', 0),
(202303, 2023, 3, '2023-03-01', '2023-03-31', 0),
(202304, 2023, 4, '2023-04-01', '2023-04-30', 0),
(202305, 2023, 5, '2023-05-01', '2023-05-31', 0),
(202306, 2023, 6, '2023-06-01', '2023-06-30', 0),
(202307, 2023, 7, '2023-07-01', '2023-07-31', 0),
(202308, 2023, 8, '2023-08-01', '2023-08-31', 0),
(202309, 2023, 9, '2023-09-01', '2023-09-30', 0),
(202310, 2023, 10, '2023-10-01', '2023-10-31', 0),
(202311, 2023, 11, '2023-11-01', '2023-11-30', 0),
(202312, 2023, 12, '2023-12-01', '2023-12-31', 0),
(202401, 2024, 1, '2024-01-01', '2024-01-31', 0),
(202402, 2024, 2, '2024-02-01', '2024-02-29', 0),
(202403, 2024, 3, '2024-03-01', '2024-03-31', 0),
(202404, 2024, 4, '2024-04-01', '2024-04-30', 1),
(202405, 2024, 5, '2024-05-01', '2024-05-31', 1),
(202406, 2024, 6, '2024-06-01', '2024-06-30', 1)
GO
ALTER TABLE [fin].[Account]  WITH CHECK ADD  CONSTRAINT [FK_Account_Parent] FOREIGN KEY([ParentNo])
REFERENCES [fin].[Account] ([AccountNo])
GO
ALTER TABLE [fin].[Journal]  WITH CHECK ADD  CONSTRAINT [FK_Journal_Account] FOREIGN KEY([AccountNo])
REFERENCES [fin].[Account] ([AccountNo])
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [stg].[StockMove](
	[MoveID] [int] NOT NULL,
	[Sku] [varchar](20) NOT NULL,
	[Warehouse] [char](3) NOT NULL,
	[MovedAt] [datetime] NOT NULL,
	[Qty] [int] NOT NULL,
	[MoveType] [varchar](6) NOT NULL,
	[LoadedAt] [datetime2](0) NOT NULL,
 CONSTRAINT [PK_StockMove] PRIMARY KEY CLUSTERED 
(
	[MoveID] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [stg].[StockMove] ([MoveID], [Sku], [Warehouse], [MovedAt], [Qty], [MoveType], [LoadedAt]) VALUES
(1, 'SKU-211', 'WN1', '2023-09-01T14:58:22', -1, 'ADJ', '2023-09-06T03:00:00'),
(2, 'SKU-285', 'WN1', '2023-09-02T14:26:33', 37, 'IN', '2023-09-03T03:00:00'),
(3, 'SKU-470', 'WS1', '2023-09-04T15:15:17', 16, 'IN', '2023-09-05T03:00:00'),
(4, 'sku-137', 'WN2', '2023-09-06T11:49:54', -12, 'OUT', '2023-09-07T03:00:00'),
(5, 'SKU-248', 'WN1', '2023-09-08T12:25:44', -3, 'ADJ', '2023-09-09T03:00:00'),
(6, 'SKU-359', 'WS1', '2023-09-10T09:49:21', -7, 'OUT', '2023-09-11T03:00:00'),
(7, 'SKU-359', 'WN2', '2023-09-11T09:55:10', 48, 'IN', '2023-09-12T03:00:00'),
(8, 'SKU-211', 'WN1', '2023-09-13T15:54:57', -8, 'OUT', '2023-09-15T03:00:00'),
(9, 'SKU-507', 'WS1', '2023-09-15T16:39:59', -12, 'OUT', '2023-09-16T03:00:00'),
(10, 'SKU-433', 'WS1', '2023-09-17T11:02:28', -13, 'OUT', '2023-09-18T03:00:00'),
(11, 'SKU-396', 'WN2', '2023-09-19T16:36:13', -1, 'OUT', '2023-09-20T03:00:00'),
(12, 'SKU-100', 'WN1', '2023-09-20T16:09:51', -2, 'ADJ', '2023-09-21T03:00:00'),
(13, 'SKU-322', 'WS1', '2023-09-22T11:34:15', 55, 'IN', '2023-09-23T03:00:00'),
(14, 'sku-100', 'WS1', '2023-09-24T11:49:01', 25, 'IN', '2023-09-25T03:00:00'),
(15, 'SKU-322', 'WN2', '2023-09-26T15:28:21', -16, 'OUT', '2023-10-02T03:00:00'),
(16, 'SKU-470', 'WN2', '2023-09-28T07:17:27', 3, 'ADJ', '2023-09-29T03:00:00'),
(17, 'SKU-396', 'WN1', '2023-09-29T17:27:01', 14, 'IN', '2023-09-30T03:00:00'),
(18, 'SKU-248', 'WS1', '2023-10-01T16:36:17', 43, 'IN', '2023-10-02T03:00:00'),
(19, 'SKU-285', 'WS1', '2023-10-03T13:54:13', 56, 'IN', '2023-10-04T03:00:00'),
(20, 'SKU-359', 'WN2', '2023-10-05T06:11:41', -9, 'OUT', '2023-10-06T03:00:00'),
(21, 'SKU-285', 'WS1', '2023-10-07T12:31:50', -19, 'OUT', '2023-10-08T03:00:00'),
(22, 'SKU-507', 'WS1', '2023-10-08T10:30:41', 0, 'ADJ', '2023-10-09T03:00:00'),
(23, 'SKU-137', 'WS1', '2023-10-10T11:25:34', -22, 'OUT', '2023-10-11T03:00:00'),
(24, 'sku-248', 'WN2', '2023-10-12T08:40:28', -1, 'ADJ', '2023-10-13T03:00:00'),
(25, 'SKU-433', 'WN1', '2023-10-14T12:44:55', -11, 'OUT', '2023-10-15T03:00:00'),
(26, 'SKU-322', 'WN2', '2023-10-16T17:29:40', -24, 'OUT', '2023-10-17T03:00:00'),
(27, 'SKU-433', 'WN1', '2023-10-17T12:49:59', -1, 'ADJ', '2023-10-18T03:00:00'),
(28, 'SKU-285', 'WS1', '2023-10-19T16:22:46', 6, 'IN', '2023-10-20T03:00:00'),
(29, 'SKU-999', 'WN1', '2023-10-21T07:50:17', 63, 'IN', '2023-10-23T03:00:00'),
(30, 'SKU-211', 'WN2', '2023-10-23T11:01:07', -7, 'OUT', '2023-10-24T03:00:00'),
(31, 'SKU-322', 'WS1', '2023-10-25T13:47:27', -8, 'OUT', '2023-10-26T03:00:00'),
(32, 'SKU-137', 'WS1', '2023-10-26T15:54:20', 56, 'IN', '2023-10-27T03:00:00'),
(33, 'SKU-507', 'WN2', '2023-10-28T07:04:48', -6, 'OUT', '2023-10-29T03:00:00'),
(34, 'sku-507', 'WN1', '2023-10-30T14:22:03', -4, 'OUT', '2023-10-31T03:00:00'),
(35, 'SKU-100', 'WN2', '2023-11-01T14:23:51', -12, 'OUT', '2023-11-02T03:00:00'),
(36, 'SKU-322', 'WN2', '2023-11-03T11:22:32', 21, 'IN', '2023-11-08T03:00:00'),
(37, 'SKU-137', 'WN1', '2023-11-04T15:46:49', -3, 'OUT', '2023-11-05T03:00:00'),
(38, 'SKU-248', 'WN2', '2023-11-06T11:08:18', 12, 'IN', '2023-11-07T03:00:00'),
(39, 'SKU-174', 'WN2', '2023-11-08T12:24:30', -3, 'OUT', '2023-11-09T03:00:00'),
(40, 'SKU-396', 'WN2', '2023-11-10T10:05:53', 13, 'IN', '2023-11-11T03:00:00')
GO
INSERT INTO [stg].[StockMove] ([MoveID], [Sku], [Warehouse], [MovedAt], [Qty], [MoveType], [LoadedAt]) VALUES
(41, 'SKU-470', 'WS1', '2023-11-12T06:35:30', 26, 'IN', '2023-11-13T03:00:00'),
(42, 'SKU-359', 'WN1', '2023-11-13T06:12:37', 63, 'IN', '2023-11-14T03:00:00'),
(43, 'SKU-174', 'WN1', '2023-11-15T16:45:26', 19, 'IN', '2023-11-19T03:00:00'),
(44, 'sku-433', 'WN1', '2023-11-17T10:53:00', 54, 'IN', '2023-11-18T03:00:00'),
(45, 'SKU-211', 'WN2', '2023-11-19T12:38:37', -24, 'OUT', '2023-11-20T03:00:00'),
(46, 'SKU-285', 'WN2', '2023-11-21T07:51:59', 53, 'IN', '2023-11-22T03:00:00'),
(47, 'SKU-248', 'WS1', '2023-11-22T17:28:39', -2, 'ADJ', '2023-11-23T03:00:00'),
(48, 'SKU-248', 'WN1', '2023-11-24T10:46:50', -1, 'OUT', '2023-11-25T03:00:00'),
(49, 'SKU-285', 'WN2', '2023-11-26T07:18:52', -8, 'OUT', '2023-11-27T03:00:00'),
(50, 'SKU-359', 'WN2', '2023-11-28T14:16:32', -10, 'OUT', '2023-12-04T03:00:00'),
(51, 'SKU-359', 'WN2', '2023-11-30T14:10:00', 40, 'IN', '2023-12-01T03:00:00'),
(52, 'SKU-174', 'WN2', '2023-12-01T14:38:43', -11, 'OUT', '2023-12-02T03:00:00'),
(53, 'SKU-248', 'WN1', '2023-12-03T08:48:20', 7, 'IN', '2023-12-04T03:00:00'),
(54, 'sku-285', 'WN2', '2023-12-05T13:36:32', -25, 'OUT', '2023-12-06T03:00:00'),
(55, 'SKU-174', 'WS1', '2023-12-07T15:48:21', 43, 'IN', '2023-12-08T03:00:00'),
(56, 'SKU-359', 'WN2', '2023-12-09T08:32:59', -24, 'OUT', '2023-12-10T03:00:00'),
(57, 'SKU-211', 'WS1', '2023-12-10T16:01:02', -10, 'OUT', '2023-12-16T03:00:00'),
(58, 'SKU-999', 'WN2', '2023-12-12T14:55:59', 30, 'IN', '2023-12-13T03:00:00'),
(59, 'SKU-433', 'WN2', '2023-12-14T14:49:08', 5, 'IN', '2023-12-15T03:00:00'),
(60, 'SKU-100', 'WN1', '2023-12-16T13:31:42', 42, 'IN', '2023-12-17T03:00:00'),
(61, 'SKU-322', 'WS1', '2023-12-18T13:30:00', -13, 'OUT', '2023-12-19T03:00:00'),
(62, 'SKU-470', 'WS1', '2023-12-19T14:39:15', -8, 'OUT', '2023-12-20T03:00:00'),
(63, 'SKU-507', 'WN1', '2023-12-21T06:06:18', -5, 'OUT', '2023-12-22T03:00:00'),
(64, 'sku-507', 'WS1', '2023-12-23T15:57:10', -25, 'OUT', '2023-12-29T03:00:00'),
(65, 'SKU-285', 'WN1', '2023-12-25T06:16:26', -5, 'OUT', '2023-12-26T03:00:00'),
(66, 'SKU-322', 'WN2', '2023-12-27T14:06:23', -20, 'OUT', '2023-12-28T03:00:00'),
(67, 'SKU-322', 'WN2', '2023-12-28T12:06:06', -12, 'OUT', '2023-12-29T03:00:00'),
(68, 'SKU-211', 'WN1', '2023-12-30T07:59:02', 17, 'IN', '2023-12-31T03:00:00'),
(69, 'SKU-137', 'WN1', '2024-01-01T13:19:15', -21, 'OUT', '2024-01-02T03:00:00'),
(70, 'SKU-433', 'WS1', '2024-01-03T11:18:08', 52, 'IN', '2024-01-04T03:00:00'),
(71, 'SKU-137', 'WS1', '2024-01-05T12:34:15', -15, 'OUT', '2024-01-11T03:00:00'),
(72, 'SKU-359', 'WN1', '2024-01-06T17:29:03', 54, 'IN', '2024-01-07T03:00:00'),
(73, 'SKU-174', 'WS1', '2024-01-08T07:56:51', -10, 'OUT', '2024-01-09T03:00:00'),
(74, 'sku-470', 'WN2', '2024-01-10T17:37:48', 57, 'IN', '2024-01-11T03:00:00'),
(75, 'SKU-285', 'WN1', '2024-01-12T09:21:35', -2, 'ADJ', '2024-01-13T03:00:00'),
(76, 'SKU-433', 'WN1', '2024-01-14T10:48:58', -12, 'OUT', '2024-01-15T03:00:00'),
(77, 'SKU-100', 'WN1', '2024-01-15T16:25:09', 28, 'IN', '2024-01-16T03:00:00'),
(78, 'SKU-174', 'WS1', '2024-01-17T13:48:57', 48, 'IN', '2024-01-21T03:00:00'),
(79, 'SKU-285', 'WN2', '2024-01-19T11:49:40', 37, 'IN', '2024-01-20T03:00:00'),
(80, 'SKU-359', 'WS1', '2024-01-21T14:51:49', -21, 'OUT', '2024-01-22T03:00:00')
GO
INSERT INTO [stg].[StockMove] ([MoveID], [Sku], [Warehouse], [MovedAt], [Qty], [MoveType], [LoadedAt]) VALUES
(81, 'SKU-174', 'WN2', '2024-01-23T11:40:31', 0, 'ADJ', '2024-01-24T03:00:00'),
(82, 'SKU-100', 'WS1', '2024-01-24T12:54:34', 37, 'IN', '2024-01-25T03:00:00'),
(83, 'SKU-470', 'WN2', '2024-01-26T09:50:14', 39, 'IN', '2024-01-27T03:00:00'),
(84, 'sku-285', 'WN1', '2024-01-28T11:41:00', 12, 'IN', '2024-01-29T03:00:00'),
(85, 'SKU-100', 'WN2', '2024-01-30T15:23:22', 29, 'IN', '2024-02-02T03:00:00'),
(86, 'SKU-359', 'WN2', '2024-02-01T17:12:58', 20, 'IN', '2024-02-02T03:00:00'),
(87, 'SKU-999', 'WN1', '2024-02-02T07:07:08', 8, 'IN', '2024-02-03T03:00:00'),
(88, 'SKU-322', 'WS1', '2024-02-04T07:46:30', 12, 'IN', '2024-02-05T03:00:00'),
(89, 'SKU-359', 'WN1', '2024-02-06T17:23:14', 62, 'IN', '2024-02-07T03:00:00'),
(90, 'SKU-396', 'WN2', '2024-02-08T09:07:11', 59, 'IN', '2024-02-09T03:00:00'),
(91, 'SKU-433', 'WN2', '2024-02-10T17:32:33', -12, 'OUT', '2024-02-11T03:00:00'),
(92, 'SKU-359', 'WN1', '2024-02-11T09:10:55', -4, 'ADJ', '2024-02-17T03:00:00'),
(93, 'SKU-396', 'WN2', '2024-02-13T15:13:46', 49, 'IN', '2024-02-14T03:00:00'),
(94, 'sku-174', 'WS1', '2024-02-15T16:18:39', 28, 'IN', '2024-02-16T03:00:00'),
(95, 'SKU-174', 'WN1', '2024-02-17T06:51:42', -6, 'OUT', '2024-02-18T03:00:00'),
(96, 'SKU-433', 'WN2', '2024-02-19T12:01:07', -20, 'OUT', '2024-02-20T03:00:00'),
(97, 'SKU-507', 'WN1', '2024-02-20T11:47:36', -15, 'OUT', '2024-02-21T03:00:00'),
(98, 'SKU-507', 'WN2', '2024-02-22T16:30:59', 20, 'IN', '2024-02-23T03:00:00'),
(99, 'SKU-507', 'WN1', '2024-02-24T07:33:07', -20, 'OUT', '2024-03-01T03:00:00'),
(100, 'SKU-100', 'WN2', '2024-02-26T15:40:30', 2, 'ADJ', '2024-02-27T03:00:00'),
(101, 'SKU-211', 'WS1', '2024-02-28T17:09:09', 52, 'IN', '2024-02-29T03:00:00'),
(102, 'SKU-285', 'WS1', '2024-02-29T15:22:04', 56, 'IN', '2024-03-01T03:00:00'),
(103, 'SKU-322', 'WN2', '2024-03-02T07:41:19', 1, 'ADJ', '2024-03-03T03:00:00'),
(104, 'sku-433', 'WN2', '2024-03-04T08:49:05', 9, 'IN', '2024-03-05T03:00:00'),
(105, 'SKU-322', 'WN1', '2024-03-06T12:06:57', -21, 'OUT', '2024-03-07T03:00:00'),
(106, 'SKU-507', 'WN1', '2024-03-08T11:27:02', -20, 'OUT', '2024-03-09T03:00:00'),
(107, 'SKU-470', 'WS1', '2024-03-09T12:08:32', 26, 'IN', '2024-03-10T03:00:00'),
(108, 'SKU-211', 'WN2', '2024-03-11T10:06:59', 7, 'IN', '2024-03-12T03:00:00'),
(109, 'SKU-507', 'WS1', '2024-03-13T17:50:22', 9, 'IN', '2024-03-14T03:00:00'),
(110, 'SKU-285', 'WN1', '2024-03-15T14:15:24', 39, 'IN', '2024-03-16T03:00:00'),
(111, 'SKU-470', 'WN2', '2024-03-17T10:02:58', -3, 'ADJ', '2024-03-18T03:00:00'),
(112, 'SKU-174', 'WN1', '2024-03-18T17:25:08', 8, 'IN', '2024-03-19T03:00:00'),
(113, 'SKU-359', 'WS1', '2024-03-20T06:48:13', -16, 'OUT', '2024-03-25T03:00:00'),
(114, 'sku-470', 'WS1', '2024-03-22T10:28:04', 32, 'IN', '2024-03-23T03:00:00'),
(115, 'SKU-248', 'WN2', '2024-03-24T10:03:11', -22, 'OUT', '2024-03-25T03:00:00'),
(116, 'SKU-999', 'WN1', '2024-03-26T12:48:17', 20, 'IN', '2024-03-27T03:00:00'),
(117, 'SKU-211', 'WS1', '2024-03-27T09:14:15', 29, 'IN', '2024-03-28T03:00:00'),
(118, 'SKU-174', 'WN2', '2024-03-29T07:49:10', -2, 'OUT', '2024-03-30T03:00:00'),
(119, 'SKU-359', 'WN1', '2024-03-31T07:29:58', 31, 'IN', '2024-04-01T03:00:00'),
(120, 'SKU-507', 'WN1', '2024-04-02T14:31:51', -1, 'OUT', '2024-04-03T03:00:00')
GO
INSERT INTO [stg].[StockMove] ([MoveID], [Sku], [Warehouse], [MovedAt], [Qty], [MoveType], [LoadedAt]) VALUES
(121, 'SKU-507', 'WN2', '2024-04-04T15:13:33', -21, 'OUT', '2024-04-05T03:00:00'),
(122, 'SKU-174', 'WN1', '2024-04-05T09:49:41', 63, 'IN', '2024-04-06T03:00:00'),
(123, 'SKU-285', 'WN2', '2024-04-07T16:39:52', -2, 'ADJ', '2024-04-08T03:00:00'),
(124, 'sku-322', 'WS1', '2024-04-09T15:53:50', -4, 'ADJ', '2024-04-10T03:00:00'),
(125, 'SKU-396', 'WS1', '2024-04-11T08:05:07', -4, 'OUT', '2024-04-12T03:00:00'),
(126, 'SKU-359', 'WS1', '2024-04-13T08:54:36', 59, 'IN', '2024-04-14T03:00:00'),
(127, 'SKU-100', 'WS1', '2024-04-14T09:32:49', 51, 'IN', '2024-04-20T03:00:00'),
(128, 'SKU-248', 'WN2', '2024-04-16T08:49:28', 58, 'IN', '2024-04-17T03:00:00'),
(129, 'SKU-248', 'WN2', '2024-04-18T10:33:14', 41, 'IN', '2024-04-19T03:00:00'),
(130, 'SKU-211', 'WN1', '2024-04-20T15:58:31', 38, 'IN', '2024-04-21T03:00:00'),
(131, 'SKU-174', 'WS1', '2024-04-22T16:33:58', 48, 'IN', '2024-04-23T03:00:00'),
(132, 'SKU-507', 'WN1', '2024-04-23T14:50:32', 6, 'IN', '2024-04-24T03:00:00'),
(133, 'SKU-359', 'WN2', '2024-04-25T12:47:56', -7, 'OUT', '2024-04-26T03:00:00'),
(134, 'sku-100', 'WN2', '2024-04-27T07:58:01', -3, 'ADJ', '2024-05-03T03:00:00'),
(135, 'SKU-174', 'WN2', '2024-04-29T16:45:22', -25, 'OUT', '2024-04-30T03:00:00'),
(136, 'SKU-211', 'WN2', '2024-05-01T09:45:19', 13, 'IN', '2024-05-02T03:00:00'),
(137, 'SKU-211', 'WS1', '2024-05-02T14:20:20', -12, 'OUT', '2024-05-03T03:00:00'),
(138, 'SKU-470', 'WN1', '2024-05-04T15:27:44', 45, 'IN', '2024-05-05T03:00:00'),
(139, 'SKU-100', 'WS1', '2024-05-06T06:14:01', -14, 'OUT', '2024-05-07T03:00:00'),
(140, 'SKU-174', 'WN2', '2024-05-08T06:24:47', -2, 'ADJ', '2024-05-09T03:00:00'),
(141, 'SKU-174', 'WN2', '2024-05-10T07:44:43', 4, 'ADJ', '2024-05-12T03:00:00'),
(142, 'SKU-359', 'WN2', '2024-05-11T07:55:13', 51, 'IN', '2024-05-12T03:00:00'),
(143, 'SKU-248', 'WN1', '2024-05-13T13:03:29', -10, 'OUT', '2024-05-14T03:00:00'),
(144, 'sku-359', 'WN2', '2024-05-15T11:58:44', 28, 'IN', '2024-05-16T03:00:00'),
(145, 'SKU-999', 'WN1', '2024-05-17T15:09:20', 27, 'IN', '2024-05-18T03:00:00'),
(146, 'SKU-470', 'WS1', '2024-05-19T16:43:11', -4, 'OUT', '2024-05-20T03:00:00'),
(147, 'SKU-507', 'WN2', '2024-05-20T07:37:23', -20, 'OUT', '2024-05-21T03:00:00'),
(148, 'SKU-137', 'WN1', '2024-05-22T06:51:06', -16, 'OUT', '2024-05-24T03:00:00'),
(149, 'SKU-100', 'WN1', '2024-05-24T06:00:07', -24, 'OUT', '2024-05-25T03:00:00'),
(150, 'SKU-285', 'WN2', '2024-05-26T17:11:11', -2, 'OUT', '2024-05-27T03:00:00')
GO
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE TABLE [stg].[User Log.v2](
	[Key] [int] NOT NULL,
	[User] [varchar](20) NOT NULL,
	[Date] [datetime] NOT NULL,
	[Group] [varchar](10) NULL,
	[Order By] [int] NULL,
	[Value %] [decimal](6, 2) NULL,
	[Größe] [int] NULL,
 CONSTRAINT [PK_User Log] PRIMARY KEY CLUSTERED 
(
	[Key] ASC
)WITH (PAD_INDEX = OFF, STATISTICS_NORECOMPUTE = OFF, IGNORE_DUP_KEY = OFF, ALLOW_ROW_LOCKS = ON, ALLOW_PAGE_LOCKS = ON) ON [PRIMARY]
) ON [PRIMARY]
GO
INSERT INTO [stg].[User Log.v2] ([Key], [User], [Date], [Group], [Order By], [Value %], [Größe]) VALUES
(1, 'bo', '2024-05-01T08:38:00', 'y', 4, 86.83, 94),
(2, 'dee', '2024-05-01T09:21:00', 'X', 8, 58.04, 56),
(3, 'cy', '2024-05-01T08:59:00', NULL, 4, 13.34, NULL),
(4, 'bo', '2024-05-01T09:55:00', NULL, 8, 24.33, 29),
(5, 'bo', '2024-05-01T09:52:00', 'x', 1, 27.6, 46),
(6, 'dee', '2024-05-01T10:18:00', 'y', 2, NULL, 38),
(7, 'ana', '2024-05-01T10:31:00', 'y', 7, 47.48, 61),
(8, 'dee', '2024-05-01T11:20:00', 'X', 6, 32.87, 73),
(9, 'ana', '2024-05-01T11:43:00', 'X', 7, 88.2, 26),
(10, 'ana', '2024-05-01T11:56:00', NULL, 6, 59.77, 81),
(11, 'ana', '2024-05-01T11:55:00', 'y', 4, 89.2, 79),
(12, 'dee', '2024-05-01T12:24:00', 'x', 2, 64.8, NULL),
(13, 'bo', '2024-05-01T12:44:00', 'X', 1, 95.24, 31),
(14, 'cy', '2024-05-01T13:39:00', 'x', 5, 49.02, 35),
(15, 'ana', '2024-05-02T00:02:00', NULL, 5, 64.39, 32),
(16, 'cy', '2024-05-01T14:13:00', NULL, 2, 57.92, 55),
(17, 'bo', '2024-05-01T14:41:00', 'y', 7, 93.32, 68),
(18, 'cy', '2024-05-01T14:43:00', NULL, 2, NULL, 61),
(19, 'bo', '2024-05-01T14:54:00', NULL, 1, 12.04, 59),
(20, 'ana', '2024-05-01T15:47:00', 'X', 4, 31.47, 10),
(21, 'cy', '2024-05-01T15:57:00', 'y', 8, 39.78, NULL),
(22, 'ana', '2024-05-01T16:34:00', 'X', 9, 0.52, 23),
(23, 'ana', '2024-05-01T16:53:00', 'y', 5, 54.6, 0),
(24, 'ana', '2024-05-01T17:02:00', 'X', 0, 40.38, 45),
(25, 'dee', '2024-05-01T17:51:00', NULL, 6, 14.02, 48),
(26, 'dee', '2024-05-01T17:52:00', NULL, 2, 93.57, 54),
(27, 'cy', '2024-05-01T18:30:00', 'x', 3, 57.19, 52),
(28, 'ana', '2024-05-01T18:48:00', 'y', 0, 63.82, 14),
(29, 'dee', '2024-05-01T19:32:00', 'x', 7, 95.85, 97),
(30, 'bo', '2024-05-02T05:21:00', 'X', 7, NULL, NULL),
(31, 'bo', '2024-05-01T19:46:00', 'x', 2, 13.9, 6),
(32, 'cy', '2024-05-01T20:23:00', 'x', 2, 43.66, 95),
(33, 'cy', '2024-05-01T21:13:00', 'X', 0, 55.22, 30),
(34, 'ana', '2024-05-01T20:45:00', 'X', 2, 66.44, 37),
(35, 'cy', '2024-05-01T21:25:00', NULL, 7, 85.99, 0),
(36, 'dee', '2024-05-01T21:56:00', 'X', 2, 59.01, 44),
(37, 'bo', '2024-05-01T22:27:00', NULL, 0, 31.23, 17),
(38, 'dee', '2024-05-01T22:26:00', NULL, 2, 25.43, 17),
(39, 'dee', '2024-05-01T22:51:00', 'x', 5, 4.23, NULL),
(40, 'dee', '2024-05-01T23:38:00', 'x', 0, 62.92, 12)
GO
INSERT INTO [stg].[User Log.v2] ([Key], [User], [Date], [Group], [Order By], [Value %], [Größe]) VALUES
(41, 'ana', '2024-05-01T23:21:00', 'X', 5, 22.38, 50),
(42, 'dee', '2024-05-01T23:51:00', 'y', 0, NULL, 61),
(43, 'dee', '2024-05-02T00:59:00', 'y', 9, 35.13, 23),
(44, 'bo', '2024-05-02T01:28:00', 'X', 5, 10.56, 40),
(45, 'bo', '2024-05-02T11:26:00', 'x', 2, 98.27, 54),
(46, 'bo', '2024-05-02T01:40:00', NULL, 8, 42.97, 75),
(47, 'ana', '2024-05-02T01:49:00', 'y', 1, 77.45, 9),
(48, 'ana', '2024-05-02T02:34:00', 'y', 5, 23.28, NULL),
(49, 'dee', '2024-05-02T03:16:00', 'x', 9, 15.24, 75),
(50, 'cy', '2024-05-02T03:00:00', NULL, 8, 62.65, 73),
(51, 'dee', '2024-05-02T03:54:00', 'x', 2, 43.27, 20),
(52, 'cy', '2024-05-02T04:31:00', NULL, 1, 22.34, 72),
(53, 'dee', '2024-05-02T03:58:00', NULL, 0, 98.87, 57),
(54, 'dee', '2024-05-02T04:59:00', 'y', 1, NULL, 40),
(55, 'ana', '2024-05-02T05:18:00', 'X', 2, 56.29, 91),
(56, 'cy', '2024-05-02T05:27:00', NULL, 1, 93.95, 27),
(57, 'ana', '2024-05-02T05:59:00', NULL, 6, 65.23, NULL),
(58, 'dee', '2024-05-02T06:05:00', 'y', 7, 69.6, 65),
(59, 'dee', '2024-05-02T07:12:00', 'X', 3, 1.06, 2),
(60, 'dee', '2024-05-02T16:40:00', 'y', 7, 2.75, 23)
GO
CREATE FUNCTION [sales].[fn_age_bucket] (@days int)
RETURNS varchar(10)
AS
BEGIN
	DECLARE @b varchar(10)
	IF @days IS NULL SET @b = 'unknown'
	ELSE IF @days <= 0 SET @b = 'current'
	ELSE IF @days <= 30 SET @b = '1-30'
	ELSE IF @days <= 60 SET @b = '31-60'
	ELSE SET @b = '61+'
	RETURN @b
END
GO
CREATE FUNCTION [fin].[fn_fiscal_year] (@d date)
RETURNS int
AS
BEGIN
	RETURN CASE WHEN MONTH(@d) >= 7 THEN YEAR(@d) + 1 ELSE YEAR(@d) END
END
GO
CREATE FUNCTION [sales].[fn_orders_of] (@customer int)
RETURNS TABLE
AS
RETURN
(
	SELECT o.OrderID AS order_id, o.OrderDate AS order_date, o.Freight AS freight
	FROM sales.[Order] o
	WHERE o.CustomerID = @customer AND o.Status <> 'cancelled'
)
GO
CREATE TABLE [dw].[DimProduct]([ProductKey] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY, [ProductID] [int] NOT NULL, [Sku] [varchar](12) NOT NULL, [Category] [varchar](20) NOT NULL, [ListPrice] [decimal](9, 2) NOT NULL, [MarginPct] [decimal](7, 2) NULL, [IsActive] [bit] NOT NULL)
GO
CREATE TABLE [dw].[FactInvoice]([InvoiceID] [int] NOT NULL PRIMARY KEY, [OrderID] [int] NOT NULL, [Amount] [decimal](12, 2) NOT NULL, [Paid] [decimal](12, 2) NOT NULL, [Due] [decimal](12, 2) NOT NULL, [LastPaidOn] [date] NULL, [PayState] [varchar](8) NOT NULL)
GO
CREATE TABLE [dw].[EmployeeTenure]([EmployeeID] [int] NOT NULL PRIMARY KEY, [Months] [int] NOT NULL, [Band] [varchar](10) NOT NULL, [DeptName] [nvarchar](50) NULL)
GO
CREATE TABLE [dw].[CustomerSeen]([SeenKey] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY, [CustomerCode] [varchar](10) NOT NULL, [FirstOrder] [date] NULL)
GO
CREATE TABLE [dw].[CustomerProfile]([CustomerID] [int] NOT NULL PRIMARY KEY, [CustomerName] [nvarchar](60) NOT NULL, [Orders] [int] NOT NULL, [Net] [decimal](14, 2) NOT NULL, [LastOrder] [date] NULL, [Tier] [varchar](10) NULL, [ReferrerName] [nvarchar](60) NULL)
GO
CREATE TABLE [dw].[DimEmployee]([EmployeeID] [int] NOT NULL PRIMARY KEY, [FullName] [nvarchar](70) NOT NULL, [DeptName] [nvarchar](50) NULL, [Salary] [money] NOT NULL, [IsCurrent] [bit] NOT NULL, [Version] [int] NOT NULL)
GO
CREATE TABLE [audit].[RunLog]([LogID] [int] IDENTITY(1,1) NOT NULL PRIMARY KEY, [ProcName] [varchar](60) NOT NULL, [RowsAffected] [int] NULL, [Status] [varchar](10) NOT NULL, [LoggedAt] [datetime] NOT NULL CONSTRAINT [DF_RunLog_At] DEFAULT (getdate()))
GO
CREATE TABLE [dw].[RegionSummary]([Region] [varchar](20) NOT NULL PRIMARY KEY, [Invoiced] [decimal](14, 2) NOT NULL, CONSTRAINT [CK_RegionSummary] CHECK ([Invoiced] >= 0))
GO
CREATE TABLE [dw].[UserSession]([LogKey] [int] NOT NULL PRIMARY KEY, [UserName] [varchar](20) NOT NULL, [SessionNo] [int] NOT NULL)
GO
CREATE TABLE [dw].[ProductStats]([ProductKey] [int] NOT NULL PRIMARY KEY, [Orders] [int] NOT NULL, [Qty] [int] NOT NULL, [LastSold] [date] NULL)
GO
/****** Object:  View [rpt].[CustomerOrder]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.CustomerOrder AS
select o.OrderID as order_id, o.CustomerID as customer_id, o.OrderDate as order_date, o.Status as status, o.Freight as freight from sales.[Order] o where o.CustomerID is not null
GO
/****** Object:  View [rpt].[OrderRegion]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.OrderRegion AS
select v.order_id, v.customer_id, c.Region as region, v.order_date from rpt.CustomerOrder v join sales.Customer c on c.CustomerID = v.customer_id
GO
/****** Object:  View [rpt].[OrderRank]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.OrderRank AS
select v.region, v.order_id, row_number() over (partition by v.region order by v.order_date, v.order_id) as rn from rpt.OrderRegion v
GO
/****** Object:  View [rpt].[CustomerActivity]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.CustomerActivity AS
select c.CustomerID as customer_id, c.CustomerName as customer_name, count(o.OrderID) as orders, max(o.OrderDate) as last_order
from sales.Customer c
left join sales.[Order] o on o.CustomerID = c.CustomerID
group by c.CustomerID, c.CustomerName
GO
/****** Object:  View [rpt].[TeamPairs]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.TeamPairs AS
select a.EmployeeID as first_id, b.EmployeeID as second_id, a.DeptID as dept_id
from hr.Employee a join hr.Employee b on a.DeptID = b.DeptID and a.EmployeeID < b.EmployeeID
GO
/****** Object:  View [rpt].[CostliestOrders]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.CostliestOrders AS
select c.CustomerID as customer_id, x.OrderID as order_id, x.Freight as freight
from sales.Customer c
outer apply (select top 2 o.OrderID, o.Freight from sales.[Order] o where o.CustomerID = c.CustomerID order by o.Freight desc, o.OrderID) x
GO
/****** Object:  View [rpt].[DepartmentTree]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.DepartmentTree AS
with tree as (
  select DeptID, ParentDeptID, 0 as lvl, cast(DeptName as nvarchar(400)) as path from hr.Department where ParentDeptID is null
  union all
  select d.DeptID, d.ParentDeptID, t.lvl + 1, cast(t.path + N' > ' + d.DeptName as nvarchar(400)) from hr.Department d join tree t on t.DeptID = d.ParentDeptID
)
select DeptID as dept_id, lvl, path from tree
GO
/****** Object:  View [rpt].[SegmentRollup]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.SegmentRollup AS
select Region as region, Segment as segment, count(*) as n, grouping(Region) as g_region, grouping(Segment) as g_segment
from sales.Customer group by rollup (Region, Segment)
GO
/****** Object:  View [rpt].[ProductAverages]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.ProductAverages AS
select ProductID as product_id, avg(Qty) as avg_qty, sum(Qty) / count(*) as int_avg, sum(Qty) % count(*) as rest from sales.[Order Details] group by ProductID
GO
/****** Object:  View [rpt].[SalaryRank]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.SalaryRank AS
select EmployeeID as employee_id, rank() over (order by Salary desc) as rk, dense_rank() over (order by Salary desc) as dr, ntile(4) over (order by Salary desc, EmployeeID) as quartile
from hr.Employee
GO
/****** Object:  View [rpt].[PriceBands]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.PriceBands AS
select ProductID as product_id, ListPrice as list_price, PriceBand as price_band from sales.Product
GO
/****** Object:  View [rpt].[InvoiceAge]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.InvoiceAge AS
select i.InvoiceID as invoice_id, sales.fn_age_bucket(datediff(day, i.DueDate, '20240630')) as bucket from sales.Invoice i
GO
/****** Object:  View [rpt].[FiscalYearDebit]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.FiscalYearDebit AS
select fin.fn_fiscal_year(j.PostDate) as fy, sum(j.Debit) as debit from fin.Journal j group by fin.fn_fiscal_year(j.PostDate)
GO
/****** Object:  View [rpt].[NorthOrders]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.NorthOrders AS
select c.CustomerID as customer_id, f.order_id, f.freight from sales.Customer c cross apply sales.fn_orders_of(c.CustomerID) f where c.Region = 'North'
GO
/****** Object:  View [rpt].[OrderFacts]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.OrderFacts AS
select d.[Order ID] as order_id, d.[Line No] as line_no, isnull(c.CustomerID, -1) as customer_key, isnull(e.EmployeeID, -1) as rep_key, convert(int, convert(varchar(8), o.OrderDate, 112)) as date_key, d.Qty as qty, d.[Net] as net
from sales.[Order Details] d
join sales.[Order] o on o.OrderID = d.[Order ID]
left join sales.Customer c on c.CustomerID = o.CustomerID
left join hr.Employee e on e.EmployeeID = o.SalesRepID and e.TermDate is null
GO
/****** Object:  View [rpt].[LateMoves]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.LateMoves AS
select MoveID as move_id, datediff(day, MovedAt, LoadedAt) as lag_days, case when datediff(day, MovedAt, LoadedAt) > 2 then 'late' else 'on time' end as arrival
from stg.StockMove where datediff(day, MovedAt, LoadedAt) <> 1
GO
/****** Object:  View [rpt].[RfmScore]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.RfmScore AS
with r as (select o.CustomerID as cid, datediff(day, max(o.OrderDate), '20240630') as recency, count(*) as freq, sum(o.Freight) as monetary from sales.[Order] o where o.CustomerID is not null group by o.CustomerID)
select cid as customer_id, recency, freq, ntile(5) over (order by recency desc, cid) as r_score, ntile(5) over (order by freq, cid) as f_score, ntile(5) over (order by monetary, cid) as m_score from r
GO
/****** Object:  View [rpt].[Cohorts]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.Cohorts AS
with f as (select CustomerID as cid, min(OrderDate) as first_date from sales.[Order] where CustomerID is not null group by CustomerID)
select year(f.first_date) * 100 + month(f.first_date) as cohort, datediff(month, f.first_date, o.OrderDate) as month_no, count(distinct o.CustomerID) as customers
from f join sales.[Order] o on o.CustomerID = f.cid
group by year(f.first_date) * 100 + month(f.first_date), datediff(month, f.first_date, o.OrderDate)
GO
/****** Object:  View [rpt].[OrderToCash]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.OrderToCash AS
select o.OrderID as order_id, o.OrderDate as ordered, cast(o.ShippedAt as date) as shipped, i.InvoiceDate as invoiced, p.last_paid, datediff(day, o.OrderDate, p.last_paid) as order_to_cash
from sales.[Order] o
left join sales.Invoice i on i.OrderID = o.OrderID
left join (select InvoiceID, max(PaidOn) as last_paid, sum(Amount) as paid from sales.Payment group by InvoiceID) p on p.InvoiceID = i.InvoiceID and p.paid >= i.Amount
GO
/****** Object:  View [rpt].[HalfDays]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE VIEW rpt.HalfDays AS
select r.[Request No] as [Request.No], r.[Approver.Id] as [Approver.Id], r.[Half Day?] as [Half Day?] from hr.[Leave Request] r where r.[Half Day?] = 1
GO
/****** Object:  StoredProcedure [etl].[usp_load_dim_product]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_load_dim_product]
AS
SET NOCOUNT ON

TRUNCATE TABLE dw.DimProduct

INSERT INTO dw.DimProduct (ProductID, Sku, Category, ListPrice, MarginPct, IsActive)
SELECT p.ProductID,
	p.Sku,
	p.Category,
	p.ListPrice,
	CAST(100 * p.Margin / p.ListPrice AS decimal(7, 2)),
	CASE WHEN p.Discontinued IS NULL THEN 1 ELSE 0 END
FROM sales.Product p WITH (NOLOCK)
ORDER BY p.ProductID
GO
/****** Object:  StoredProcedure [etl].[usp_load_fact_invoice]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_load_fact_invoice]
AS
BEGIN
	SET NOCOUNT ON;

	CREATE TABLE #paid (InvoiceID int NOT NULL PRIMARY KEY, Paid decimal(12, 2) NOT NULL, LastPaidOn date NULL);

	INSERT INTO #paid (InvoiceID, Paid, LastPaidOn)
	SELECT InvoiceID, SUM(Amount), MAX(PaidOn)
	FROM sales.Payment
	GROUP BY InvoiceID;

	SELECT i.InvoiceID, i.OrderID, i.Amount, ISNULL(p.Paid, 0) AS Paid, p.LastPaidOn
	INTO #final
	FROM sales.Invoice i
	LEFT JOIN #paid p ON p.InvoiceID = i.InvoiceID;

	TRUNCATE TABLE dw.FactInvoice;

	INSERT INTO dw.FactInvoice (InvoiceID, OrderID, Amount, Paid, Due, LastPaidOn, PayState)
	SELECT f.InvoiceID, f.OrderID, f.Amount, f.Paid, f.Amount - f.Paid, f.LastPaidOn,
		CASE WHEN f.Paid = 0 THEN 'open' WHEN f.Paid < f.Amount THEN 'part' ELSE 'paid' END
	FROM #final f;
END
GO
/****** Object:  StoredProcedure [etl].[usp_load_employee_tenure]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_load_employee_tenure]
	@asof date = '2024-06-30'
AS
BEGIN
	SET NOCOUNT ON;
	DECLARE @t TABLE (EmployeeID int NOT NULL PRIMARY KEY, Months int NOT NULL, Band varchar(10) NULL);

	INSERT INTO @t (EmployeeID, Months)
	SELECT EmployeeID, DATEDIFF(MONTH, HireDate, ISNULL(TermDate, @asof))
	FROM hr.Employee
	WHERE HireDate <= @asof;

	UPDATE @t SET Band = 'junior' WHERE Months < 24;
	UPDATE @t SET Band = 'regular' WHERE Months >= 24 AND Months < 72;
	UPDATE @t SET Band = 'senior' WHERE Band IS NULL;

	TRUNCATE TABLE dw.EmployeeTenure;

	INSERT INTO dw.EmployeeTenure (EmployeeID, Months, Band, DeptName)
	SELECT t.EmployeeID, t.Months, t.Band, d.DeptName
	FROM @t t
	INNER JOIN hr.Employee e ON e.EmployeeID = t.EmployeeID
	LEFT OUTER JOIN hr.Department d ON d.DeptID = e.DeptID;
END
GO
/****** Object:  StoredProcedure [etl].[usp_append_customers]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_append_customers]
AS
BEGIN
	SET NOCOUNT ON;

	INSERT INTO dw.CustomerSeen (CustomerCode, FirstOrder)
	SELECT c.CustomerCode, MIN(o.OrderDate)
	FROM sales.Customer c
	LEFT JOIN sales.[Order] o ON o.CustomerID = c.CustomerID
	LEFT JOIN dw.CustomerSeen s ON s.CustomerCode = c.CustomerCode
	WHERE s.CustomerCode IS NULL
	GROUP BY c.CustomerCode
	ORDER BY c.CustomerCode;
END
GO
/****** Object:  StoredProcedure [etl].[usp_load_customer_profile]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_load_customer_profile]
AS
BEGIN
	SET NOCOUNT ON;

	DELETE FROM dw.CustomerProfile;

	INSERT INTO dw.CustomerProfile (CustomerID, CustomerName, Orders, Net)
	SELECT CustomerID, CustomerName, 0, 0 FROM sales.Customer;

	UPDATE cp
	SET Orders = x.n, LastOrder = x.last_order
	FROM dw.CustomerProfile AS cp
	JOIN (SELECT CustomerID, COUNT(*) AS n, MAX(OrderDate) AS last_order FROM sales.[Order] GROUP BY CustomerID) AS x ON x.CustomerID = cp.CustomerID;

	UPDATE dw.CustomerProfile
	SET Net = x.net
	FROM (SELECT o.CustomerID, SUM(d.[Net]) AS net FROM sales.[Order] o JOIN sales.[Order Details] d ON d.[Order ID] = o.OrderID WHERE o.Status <> 'cancelled' GROUP BY o.CustomerID) x
	WHERE x.CustomerID = dw.CustomerProfile.CustomerID;

	UPDATE dw.CustomerProfile SET Tier = CASE WHEN Net > 4000 THEN 'gold' WHEN Net > 1000 THEN 'silver' WHEN Orders > 0 THEN 'bronze' END;

	UPDATE cp
	SET ReferrerName = r.CustomerName
	FROM dw.CustomerProfile cp
	JOIN sales.Customer c ON c.CustomerID = cp.CustomerID
	JOIN sales.Customer r ON r.CustomerID = c.ReferredBy;
END
GO
/****** Object:  StoredProcedure [etl].[usp_scd1_employee]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_scd1_employee]
AS
BEGIN
	SET NOCOUNT ON;
	DECLARE @updated int;

	UPDATE t
	SET FullName = s.FullName, DeptName = s.DeptName, Salary = s.Salary, IsCurrent = s.IsCurrent, Version = t.Version + 1
	FROM dw.DimEmployee t
	INNER JOIN (
		SELECT e.EmployeeID, e.FirstName + N' ' + e.LastName AS FullName, d.DeptName, e.Salary, CASE WHEN e.TermDate IS NULL THEN 1 ELSE 0 END AS IsCurrent
		FROM hr.Employee e LEFT JOIN hr.Department d ON d.DeptID = e.DeptID
	) s ON s.EmployeeID = t.EmployeeID
	WHERE EXISTS (SELECT s.FullName, s.DeptName, s.Salary, s.IsCurrent EXCEPT SELECT t.FullName, t.DeptName, t.Salary, CAST(t.IsCurrent AS int));

	SET @updated = @@ROWCOUNT;

	INSERT INTO dw.DimEmployee (EmployeeID, FullName, DeptName, Salary, IsCurrent, Version)
	SELECT e.EmployeeID, e.FirstName + N' ' + e.LastName, d.DeptName, e.Salary, CASE WHEN e.TermDate IS NULL THEN 1 ELSE 0 END, 1
	FROM hr.Employee e
	LEFT JOIN hr.Department d ON d.DeptID = e.DeptID
	WHERE e.EmployeeID NOT IN (SELECT EmployeeID FROM dw.DimEmployee);

	PRINT 'updated ' + CAST(@updated AS varchar(10));
END
GO
/****** Object:  StoredProcedure [etl].[usp_load_region_summary]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_load_region_summary]
AS
BEGIN
	SET NOCOUNT ON;
	SET XACT_ABORT ON;

	BEGIN TRY
		BEGIN TRAN;
		TRUNCATE TABLE dw.RegionSummary;

		INSERT INTO dw.RegionSummary (Region, Invoiced)
		SELECT COALESCE(c.Region, 'n/a'), SUM(i.Amount)
		FROM sales.Invoice i
		JOIN sales.[Order] o ON o.OrderID = i.OrderID
		LEFT JOIN sales.Customer c ON c.CustomerID = o.CustomerID
		GROUP BY COALESCE(c.Region, 'n/a');

		INSERT INTO audit.RunLog (ProcName, RowsAffected, Status) VALUES ('usp_load_region_summary', @@ROWCOUNT, 'ok');
		COMMIT TRAN;
	END TRY
	BEGIN CATCH
		IF XACT_STATE() <> 0 ROLLBACK TRAN;
		INSERT INTO audit.RunLog (ProcName, RowsAffected, Status) VALUES ('usp_load_region_summary', 0, 'failed');
	END CATCH
END
GO
/****** Object:  StoredProcedure [etl].[usp_number_sessions]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_number_sessions]
	@gap int = 60
AS
BEGIN
	SET NOCOUNT ON;
	DECLARE @key int, @user varchar(20), @at datetime, @prev_user varchar(20), @prev_at datetime, @n int;

	DELETE FROM dw.UserSession;
	SET @prev_user = '';
	SET @n = 0;

	DECLARE c CURSOR FOR SELECT [Key], [User], [Date] FROM stg.[User Log.v2] ORDER BY [User], [Date], [Key];
	OPEN c;
	FETCH NEXT FROM c INTO @key, @user, @at;
	WHILE @@FETCH_STATUS = 0
	BEGIN
		IF @user <> @prev_user
			SET @n = 1;
		ELSE IF DATEDIFF(MINUTE, @prev_at, @at) > @gap
			SET @n = @n + 1;

		INSERT INTO dw.UserSession (LogKey, UserName, SessionNo) VALUES (@key, @user, @n);

		SET @prev_user = @user;
		SET @prev_at = @at;
		FETCH NEXT FROM c INTO @key, @user, @at;
	END
	CLOSE c;
	DEALLOCATE c;
END
GO
/****** Object:  StoredProcedure [etl].[usp_run_products]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_run_products]
	@since date = '2023-07-01'
AS
BEGIN
	SET NOCOUNT ON;
	DECLARE @rc int;

	EXEC @rc = etl.usp_load_dim_product;
	IF @rc <> 0
		RETURN @rc;

	DELETE FROM dw.ProductStats;

	INSERT INTO dw.ProductStats (ProductKey, Orders, Qty, LastSold)
	SELECT k.ProductKey, COUNT(DISTINCT d.[Order ID]), ISNULL(SUM(d.Qty), 0), MAX(o.OrderDate)
	FROM dw.DimProduct k
	LEFT JOIN (sales.[Order Details] d INNER JOIN sales.[Order] o ON o.OrderID = d.[Order ID] AND o.OrderDate >= @since) ON d.ProductID = k.ProductID
	GROUP BY k.ProductKey;
END
GO
/****** Object:  StoredProcedure [etl].[usp_product_abc]    Script Date: 11/23/2026 9:00:00 AM ******/
SET ANSI_NULLS ON
GO
SET QUOTED_IDENTIFIER ON
GO
CREATE PROCEDURE [etl].[usp_product_abc]
	@a decimal(5, 2) = 80,
	@b decimal(5, 2) = 95
AS
BEGIN
	SET NOCOUNT ON;
	DECLARE @total decimal(14, 2);

	SELECT @total = SUM([Net]) FROM sales.[Order Details];

	DROP TABLE IF EXISTS dw.ProductAbc;

	SELECT s.ProductID, s.Net, CASE WHEN s.cum <= @total * @a / 100 THEN 'A' WHEN s.cum <= @total * @b / 100 THEN 'B' ELSE 'C' END AS Abc
	INTO dw.ProductAbc
	FROM (SELECT t.ProductID, t.Net, CAST(SUM(t.Net) OVER (ORDER BY t.Net DESC, t.ProductID ROWS UNBOUNDED PRECEDING) AS decimal(14, 2)) AS cum
	      FROM (SELECT ProductID, CAST(SUM([Net]) AS decimal(14, 2)) AS Net FROM sales.[Order Details] GROUP BY ProductID) t) s;
END
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Who buys' , @level0type=N'SCHEMA',@level0name=N'sales', @level1type=N'TABLE',@level1name=N'Customer'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'What was ordered, one row an order' , @level0type=N'SCHEMA',@level0name=N'sales', @level1type=N'TABLE',@level1name=N'Order'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'In euro; NULL when none was agreed' , @level0type=N'SCHEMA',@level0name=N'sales', @level1type=N'TABLE',@level1name=N'Customer', @level2type=N'COLUMN',@level2name=N'CreditLimit'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Milestones of an order from the order to the last payment' , @level0type=N'SCHEMA',@level0name=N'rpt', @level1type=N'VIEW',@level1name=N'OrderToCash'
GO
EXEC sys.sp_addextendedproperty @name=N'MS_Description', @value=N'Loads invoices with what is paid and due' , @level0type=N'SCHEMA',@level0name=N'etl', @level1type=N'PROCEDURE',@level1name=N'usp_load_fact_invoice'
GO
