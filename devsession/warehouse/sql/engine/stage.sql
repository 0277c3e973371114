create or replace table ${stage} as
${offered}
