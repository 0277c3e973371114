-- Views, and where each of their columns comes from, written by hand.
--
-- Above each: the columns in their order, `NAME <- the columns that its values are made of`, or `nothing`,
-- then `reads`: tables that say which rows there are, and give no value. What a window is divided and
-- ordered by makes its values. What filters, joins and groups does not.

-- ID <- SHOP.CUSTOMERS.ID
-- EMAIL <- SHOP.CUSTOMERS.EMAIL
create view REPORTS.PLAIN as
select ID, EMAIL from SHOP.CUSTOMERS;

-- KEY <- SHOP.CUSTOMERS.ID
-- MAIL <- SHOP.CUSTOMERS.EMAIL
create view REPORTS.COLUMN_LIST (KEY, MAIL) as
select ID, EMAIL from SHOP.CUSTOMERS;

-- ID <- SHOP.PRODUCTS.ID
-- NAME <- SHOP.PRODUCTS.NAME
-- CATEGORY <- SHOP.PRODUCTS.CATEGORY
-- PRICE <- SHOP.PRODUCTS.PRICE
create view REPORTS.STAR as
select * from SHOP.PRODUCTS;

-- ORDER_ID <- SHOP.ITEMS.ORDER_ID
-- PRODUCT_ID <- SHOP.ITEMS.PRODUCT_ID
-- QUANTITY <- SHOP.ITEMS.QUANTITY
-- PRICE <- SHOP.ITEMS.PRICE
-- PRODUCT <- SHOP.PRODUCTS.NAME
-- reads SHOP.ORDERS
create view REPORTS.STAR_OF_ONE_TABLE as
select i.*, p.NAME as PRODUCT
from SHOP.ITEMS i
join SHOP.PRODUCTS p on p.ID = i.PRODUCT_ID
join SHOP.ORDERS o on o.ID = i.ORDER_ID;

-- ID <- SHOP.ORDERS.ID
-- CUSTOMER_ID <- SHOP.ORDERS.CUSTOMER_ID
-- ORDERED_AT <- SHOP.ORDERS.ORDERED_AT
-- AMOUNT <- SHOP.ORDERS.AMOUNT
create view REPORTS.STAR_EXCLUDE as
select * exclude (TAX, STATUS) from SHOP.ORDERS;

-- EMPLOYEE_ID <- STAFF.SALES.EMPLOYEE_ID
-- PERIOD <- STAFF.SALES.QUARTER
-- REVENUE <- STAFF.SALES.REVENUE
create view REPORTS.STAR_RENAME as
select * rename (QUARTER as PERIOD) from STAFF.SALES;

-- EMPLOYEE_ID <- STAFF.SALES.EMPLOYEE_ID
-- QUARTER <- STAFF.SALES.QUARTER, STAFF.SALES.EMPLOYEE_ID
-- REVENUE <- STAFF.SALES.REVENUE
create view REPORTS.STAR_REPLACE as
select * replace (QUARTER || '/' || EMPLOYEE_ID as QUARTER) from STAFF.SALES;

-- FULL_NAME <- SHOP.CUSTOMERS.FIRST_NAME, SHOP.CUSTOMERS.LAST_NAME
-- MAIL <- SHOP.CUSTOMERS.EMAIL
-- CHANNEL <- nothing
-- YEARS <- SHOP.CUSTOMERS.CREATED_AT
create view REPORTS.EXPRESSIONS as
select FIRST_NAME || ' ' || LAST_NAME as FULL_NAME,
       lower(trim(EMAIL)) as MAIL,
       'web' as CHANNEL,
       datediff(year, CREATED_AT, current_timestamp()) as YEARS
from SHOP.CUSTOMERS;

-- ID <- SHOP.ORDERS.ID
-- PAID <- SHOP.ORDERS.STATUS, SHOP.ORDERS.AMOUNT, SHOP.ORDERS.TAX
-- SIZE <- SHOP.ORDERS.AMOUNT
create view REPORTS.CASES as
select ID,
       case when STATUS = 'paid' then AMOUNT + TAX else 0 end as PAID,
       case when AMOUNT > 1000 then 'large' when AMOUNT > 100 then 'middle' else 'small' end as SIZE
from SHOP.ORDERS;

-- CUSTOMER_ID <- SHOP.ORDERS.CUSTOMER_ID
-- TOTAL <- SHOP.ORDERS.AMOUNT, SHOP.ORDERS.TAX
create view REPORTS.ONE_CTE as
with TOTALS as (
    select CUSTOMER_ID, sum(AMOUNT + TAX) as TOTAL from SHOP.ORDERS group by CUSTOMER_ID
)
select CUSTOMER_ID, TOTAL from TOTALS where TOTAL > 0;

-- EMAIL <- SHOP.CUSTOMERS.EMAIL
-- SHARE <- SHOP.ORDERS.AMOUNT
-- ITEMS <- SHOP.ITEMS.QUANTITY
create view REPORTS.CTES_ON_CTES as
with PAID as (select * from SHOP.ORDERS where STATUS = 'paid'),
     BY_CUSTOMER as (select CUSTOMER_ID, sum(AMOUNT) as AMOUNT from PAID group by CUSTOMER_ID),
     GRAND as (select sum(AMOUNT) as ALL_OF_IT from BY_CUSTOMER),
     COUNTED as (
         select p.CUSTOMER_ID, sum(i.QUANTITY) as ITEMS
         from PAID p join SHOP.ITEMS i on i.ORDER_ID = p.ID group by p.CUSTOMER_ID
     )
select c.EMAIL, b.AMOUNT / g.ALL_OF_IT as SHARE, n.ITEMS
from BY_CUSTOMER b
cross join GRAND g
join COUNTED n on n.CUSTOMER_ID = b.CUSTOMER_ID
join SHOP.CUSTOMERS c on c.ID = b.CUSTOMER_ID;

-- ID <- SHOP.ORDERS.CUSTOMER_ID
-- EMAIL <- SHOP.ORDERS.STATUS
create view REPORTS.CTE_NAMED_AS_A_TABLE as
with CUSTOMERS as (select CUSTOMER_ID as ID, STATUS as EMAIL from SHOP.ORDERS)
select ID, EMAIL from CUSTOMERS;

-- A <- SHOP.PRODUCTS.ID, SHOP.PRODUCTS.PRICE
-- B <- SHOP.PRODUCTS.NAME
create view REPORTS.CTE_COLUMN_LIST as
with P (A, B) as (select ID * PRICE, NAME from SHOP.PRODUCTS)
select * from P;

-- ID <- STAFF.EMPLOYEES.ID
-- LEVEL <- nothing
-- WAY <- STAFF.EMPLOYEES.NAME
create view REPORTS.RECURSIVE_CTE as
with recursive CHART as (
    select ID, 1 as LEVEL, NAME as WAY from STAFF.EMPLOYEES where MANAGER_ID is null
    union all
    select e.ID, c.LEVEL + 1, c.WAY || ' > ' || e.NAME
    from STAFF.EMPLOYEES e join CHART c on e.MANAGER_ID = c.ID
)
select ID, LEVEL, WAY from CHART;

-- A <- STAFF.EMPLOYEES.ID, STAFF.EMPLOYEES.MANAGER_ID, STAFF.SALES.EMPLOYEE_ID
-- B <- STAFF.EMPLOYEES.MANAGER_ID, STAFF.SALES.EMPLOYEE_ID
create view REPORTS.WANDERS_THROUGH_THE_RECURSION as
with recursive STEP (A, B) as (
    select ID, MANAGER_ID from STAFF.EMPLOYEES
    union all
    select s.B, r.EMPLOYEE_ID from STEP s join STAFF.SALES r on r.EMPLOYEE_ID = s.A and r.REVENUE < 0
)
select A, B from STEP;

-- KEY <- SHOP.CUSTOMERS.ID, STAFF.EMPLOYEES.ID
-- CALLED <- SHOP.CUSTOMERS.LAST_NAME, STAFF.EMPLOYEES.NAME
create view REPORTS.UNION_BY_PLACE as
select ID as KEY, LAST_NAME as CALLED from SHOP.CUSTOMERS
union all
select ID, NAME from STAFF.EMPLOYEES;

-- KIND <- nothing
-- AMOUNT <- SHOP.ORDERS.AMOUNT, SHOP.ORDERS.TAX, STAFF.SALES.REVENUE
create view REPORTS.UNION_OF_THREE as
select 'order' as KIND, AMOUNT from SHOP.ORDERS
union
(select 'tax', TAX from SHOP.ORDERS union select 'revenue', REVENUE from STAFF.SALES);

-- ID <- SHOP.CUSTOMERS.ID
-- reads SHOP.ORDERS
create view REPORTS.EXCEPT_OF_OTHERS as
select ID from SHOP.CUSTOMERS
except
select CUSTOMER_ID from SHOP.ORDERS;

-- ID <- SHOP.ORDERS.ID
-- NTH <- SHOP.ORDERS.CUSTOMER_ID, SHOP.ORDERS.ORDERED_AT
-- SO_FAR <- SHOP.ORDERS.AMOUNT, SHOP.ORDERS.CUSTOMER_ID, SHOP.ORDERS.ORDERED_AT
create view REPORTS.WINDOWS as
select ID,
       row_number() over (partition by CUSTOMER_ID order by ORDERED_AT) as NTH,
       sum(AMOUNT) over (partition by CUSTOMER_ID order by ORDERED_AT
                         rows between unbounded preceding and current row) as SO_FAR
from SHOP.ORDERS;

-- EMPLOYEE_ID <- STAFF.SALES.EMPLOYEE_ID
-- GROWTH <- STAFF.SALES.REVENUE, STAFF.SALES.EMPLOYEE_ID, STAFF.SALES.QUARTER
create view REPORTS.WINDOW_IN_AN_EXPRESSION as
select EMPLOYEE_ID,
       REVENUE - lag(REVENUE, 1, 0) over (partition by EMPLOYEE_ID order by QUARTER) as GROWTH
from STAFF.SALES;

-- CUSTOMER_ID <- SHOP.ORDERS.CUSTOMER_ID
-- LAST_STATUS <- SHOP.ORDERS.STATUS
create view REPORTS.QUALIFIED as
select CUSTOMER_ID, STATUS as LAST_STATUS
from SHOP.ORDERS
qualify row_number() over (partition by CUSTOMER_ID order by ORDERED_AT desc) = 1;

-- DEEP <- SHOP.PRODUCTS.PRICE, SHOP.PRODUCTS.CATEGORY
create view REPORTS.NESTED as
select DEEP from (
    select HIGHEST || '!' as DEEP from (
        select max(PRICE) || CATEGORY as HIGHEST from (
            select * from SHOP.PRODUCTS
        ) as ALL_OF_THEM group by CATEGORY
    ) as MIDDLE
) as OUTER_ONE;

-- EMAIL <- SHOP.CUSTOMERS.EMAIL
-- SPENT <- SHOP.ORDERS.AMOUNT
-- ORDERS <- nothing
create view REPORTS.SCALAR_SUBQUERIES as
select c.EMAIL,
       (select sum(o.AMOUNT) from SHOP.ORDERS o where o.CUSTOMER_ID = c.ID) as SPENT,
       (select count(*) from SHOP.ORDERS o where o.CUSTOMER_ID = c.ID) as ORDERS
from SHOP.CUSTOMERS c;

-- EMAIL <- SHOP.CUSTOMERS.EMAIL
-- reads SHOP.ORDERS, SHOP.EVENTS
create view REPORTS.FILTERED_BY_OTHERS as
select EMAIL from SHOP.CUSTOMERS c
where c.ID in (select CUSTOMER_ID from SHOP.ORDERS where STATUS = 'paid')
  and exists (select 1 from SHOP.EVENTS e where e.CUSTOMER_ID = c.ID);

-- ID <- SHOP.EVENTS.ID
-- SKU <- SHOP.EVENTS.PAYLOAD
-- PLACE <- SHOP.EVENTS.PAYLOAD
create view REPORTS.FLATTENED as
select e.ID, f.value:sku::varchar as SKU, f.index as PLACE
from SHOP.EVENTS e, lateral flatten(input => e.PAYLOAD:items) f;

-- CUSTOMER_ID <- SHOP.EVENTS.CUSTOMER_ID
-- TAG <- SHOP.EVENTS.PAYLOAD
create view REPORTS.FLATTENED_TWICE as
select e.CUSTOMER_ID, t.value::varchar as TAG
from SHOP.EVENTS e,
     lateral flatten(input => e.PAYLOAD:items) i,
     lateral flatten(input => i.value:tags) t;

-- ID <- SHOP.EVENTS.ID
-- FIELD <- SHOP.EVENTS.PAYLOAD
create view REPORTS.TABLE_OF_FLATTEN as
select e.ID, f.key as FIELD from SHOP.EVENTS e, table(flatten(input => e.PAYLOAD)) f;

-- EMAIL <- SHOP.CUSTOMERS.EMAIL
-- DEAREST <- SHOP.ORDERS.AMOUNT
create view REPORTS.LATERAL_SUBQUERY as
select c.EMAIL, d.AMOUNT as DEAREST
from SHOP.CUSTOMERS c,
     lateral (select max(o.AMOUNT) as AMOUNT from SHOP.ORDERS o where o.CUSTOMER_ID = c.ID) d;

-- EMPLOYEE_ID <- STAFF.SALES.EMPLOYEE_ID
-- FIRST_QUARTER <- STAFF.SALES.REVENUE
-- SECOND_QUARTER <- STAFF.SALES.REVENUE
create view REPORTS.PIVOTED as
select * from STAFF.SALES
pivot (sum(REVENUE) for QUARTER in ('Q1', 'Q2')) as p (EMPLOYEE_ID, FIRST_QUARTER, SECOND_QUARTER);

-- EMPLOYEE_ID <- STAFF.TARGETS.EMPLOYEE_ID
-- QUARTER <- STAFF.TARGETS.Q1, STAFF.TARGETS.Q2
-- TARGET <- STAFF.TARGETS.Q1, STAFF.TARGETS.Q2
create view REPORTS.UNPIVOTED as
select EMPLOYEE_ID, QUARTER, TARGET
from STAFF.TARGETS unpivot (TARGET for QUARTER in (Q1, Q2));

-- NAME <- STAFF.EMPLOYEES.NAME
-- MANAGER <- STAFF.EMPLOYEES.NAME
-- GAP <- STAFF.EMPLOYEES.SALARY
create view REPORTS.SELF_JOIN as
select e.NAME, m.NAME as MANAGER, m.SALARY - e.SALARY as GAP
from STAFF.EMPLOYEES e left join STAFF.EMPLOYEES m on m.ID = e.MANAGER_ID;

-- "Line No" <- STAFF."Order Lines"."Line No"
-- "Größe, neu" <- STAFF."Order Lines"."Größe"
-- VALUE <- STAFF."Order Lines"."net.value"
-- note <- STAFF."Order Lines".NOTE
create view REPORTS."Quoted Names" as
select "Line No", l."Größe" as "Größe, neu", l."net.value" as value, NOTE as "note"
from STAFF."Order Lines" as l;

-- ID <- SHOP.CUSTOMERS.ID
-- Email <- SHOP.CUSTOMERS.EMAIL
-- COUNTRY <- SHOP.CUSTOMERS.COUNTRY
create view REPORTS.ANY_CASE as
select C.iD, "C".EMAIL as "Email", c."COUNTRY" from Shop.Customers c;

-- NET <- SHOP.ORDERS.AMOUNT, SHOP.ORDERS.TAX
-- ROUNDED <- SHOP.ORDERS.AMOUNT, SHOP.ORDERS.TAX
create view REPORTS.ALIAS_USED_AGAIN as
select AMOUNT - TAX as NET, round(NET) as ROUNDED from SHOP.ORDERS;

-- MAIL <- REPORTS.COLUMN_LIST.MAIL
-- KEY <- REPORTS.COLUMN_LIST.KEY
create view REPORTS.VIEW_ON_A_VIEW as
select MAIL, KEY from REPORTS.COLUMN_LIST;

-- MAIL <- REPORTS.VIEW_ON_A_VIEW.MAIL
-- KEY <- REPORTS.VIEW_ON_A_VIEW.KEY
-- TOTAL <- REPORTS.ONE_CTE.TOTAL
-- COUNTRY <- SHOP.CUSTOMERS.COUNTRY
create view REPORTS.VIEW_ON_VIEWS as
select v.*, t.TOTAL, c.COUNTRY
from REPORTS.VIEW_ON_A_VIEW v
left join REPORTS.ONE_CTE t on t.CUSTOMER_ID = v.KEY
left join SHOP.CUSTOMERS c on c.ID = v.KEY;

-- CATEGORY <- SHOP.PRODUCTS.CATEGORY
-- PRODUCTS <- nothing
-- NAMES <- SHOP.PRODUCTS.NAME
-- SOLD <- SHOP.ITEMS.QUANTITY
create view REPORTS.GROUPED as
select p.CATEGORY, count(*) as PRODUCTS, listagg(p.NAME, ', ') as NAMES, sum(i.QUANTITY) as SOLD
from SHOP.PRODUCTS p left join SHOP.ITEMS i on i.PRODUCT_ID = p.ID
group by p.CATEGORY
having max(i.PRICE) > 10;

-- EMPLOYEE_ID <- STAFF.SALES.EMPLOYEE_ID, STAFF.TARGETS.EMPLOYEE_ID
-- MISSING <- STAFF.TARGETS.Q1, STAFF.SALES.REVENUE
create view REPORTS.OUTER_JOIN_USING as
select EMPLOYEE_ID, coalesce(t.Q1, 0) - coalesce(s.REVENUE, 0) as MISSING
from STAFF.SALES s full outer join STAFF.TARGETS t using (EMPLOYEE_ID);

-- COUNTRY <- SHOP.CUSTOMERS.COUNTRY
-- CURRENCY <- nothing
create view REPORTS.JOINED_VALUES as
select c.COUNTRY, v.CURRENCY
from SHOP.CUSTOMERS c
join (values ('DE', 'EUR'), ('US', 'USD')) as v (CODE, CURRENCY) on v.CODE = c.COUNTRY;

-- ID <- SHOP.ORDERS.ID
-- STATUS <- SHOP.CUSTOMERS.COUNTRY
create view REPORTS.ALIASES_THAT_MISLEAD as
select CUSTOMERS.ID, ORDERS.COUNTRY as STATUS
from SHOP.ORDERS CUSTOMERS join SHOP.CUSTOMERS ORDERS on ORDERS.ID = CUSTOMERS.CUSTOMER_ID;

-- CITY <- SHOP.EVENTS.PAYLOAD
-- SUMMARY <- SHOP.EVENTS.ID, SHOP.EVENTS.PAYLOAD, SHOP.EVENTS.SEEN_AT
create view REPORTS.SEMI_STRUCTURED as
select PAYLOAD:address.city::varchar as CITY,
       object_construct('id', ID, 'kind', PAYLOAD['kind'], 'at', SEEN_AT) as SUMMARY
from SHOP.EVENTS;

-- CUSTOMER_ID <- SHOP.ORDERS.CUSTOMER_ID
-- MONTH <- SHOP.ORDERS.ORDERED_AT
-- AMOUNT <- SHOP.ORDERS.STATUS, SHOP.ORDERS.AMOUNT, SHOP.ORDERS.TAX
create view REPORTS.FUNCTIONS as
select CUSTOMER_ID,
       date_trunc('month', ORDERED_AT) as MONTH,
       iff(STATUS = 'paid', nvl(AMOUNT, TAX), 0) as AMOUNT
from LOCAL.SHOP.ORDERS;

-- ONE <- nothing
-- TODAY <- nothing
create view REPORTS.FROM_NOTHING as
select 1 as ONE, current_date() as TODAY;

-- NAME <- SHOP.PRODUCTS.NAME
-- LEFT_OVER <- SHOP.PRODUCTS.PRICE, SHOP.ITEMS.PRICE
create view REPORTS.STARS_OF_CTES as
with A as (select ID as PRODUCT_ID, * exclude (ID, CATEGORY) from SHOP.PRODUCTS),
     B as (select PRODUCT_ID, max(PRICE) as SOLD_FOR from SHOP.ITEMS group by all),
     BOTH_OF_THEM as (select A.*, B.SOLD_FOR from A left join B on A.PRODUCT_ID = B.PRODUCT_ID)
select NAME, PRICE - SOLD_FOR as LEFT_OVER from BOTH_OF_THEM;
