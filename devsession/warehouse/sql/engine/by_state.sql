-- A failure leaves a record changed, unless what failed is what is done with unchanged ones.
case
  when HASHED.RECORD_HASH is null then iff(s.HASH_OF_HASH is null, null, ${gone})
  when s.HASH_OF_HASH is null then ${new}
  when s.HASH_OF_HASH <> hash(HASHED.RECORD_HASH) then ${changed}
  when s.FAILED then ${changed}
  else ${unchanged}
end
