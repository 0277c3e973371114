"""What a source came to, looked at before it is sent: by rules, against the catalog, against before."""
