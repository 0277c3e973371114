-- A failure leaves a record changed, unless what failed is what is done with unchanged ones.
case
  when HASHED.RECORD_HASH is null then iff(s.RECORD_HASH is null, null, ${gone})
  when s.RECORD_HASH is null then ${new}
  when s.RECORD_HASH <> HASHED.RECORD_HASH then ${changed}
  when s.FAILED then ${changed}
  else ${unchanged}
end
