create temporary table ${loading} (${columns})
