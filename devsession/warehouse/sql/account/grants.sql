show grants on ${kind} ${of}
