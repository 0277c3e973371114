create table SHOP.CUSTOMERS (ID int, FIRST_NAME varchar, LAST_NAME varchar, EMAIL varchar, COUNTRY varchar, CREATED_AT timestamp_ntz);
create table SHOP.ORDERS (ID int, CUSTOMER_ID int, ORDERED_AT timestamp_ntz, AMOUNT number(12, 2), TAX number(12, 2), STATUS varchar);
create table SHOP.ITEMS (ORDER_ID int, PRODUCT_ID int, QUANTITY int, PRICE number(12, 2));
create table SHOP.PRODUCTS (ID int, NAME varchar, CATEGORY varchar, PRICE number(12, 2));
create table SHOP.EVENTS (ID int, CUSTOMER_ID int, SEEN_AT timestamp_ntz, PAYLOAD variant);
create table STAFF.EMPLOYEES (ID int, NAME varchar, MANAGER_ID int, SALARY number(12, 2));
create table STAFF.SALES (EMPLOYEE_ID int, QUARTER varchar, REVENUE number(12, 2));
create table STAFF.TARGETS (EMPLOYEE_ID int, Q1 number(12, 2), Q2 number(12, 2));
create table STAFF."Order Lines" ("Line No" int, "net.value" number(12, 2), "Größe" varchar, NOTE varchar);
