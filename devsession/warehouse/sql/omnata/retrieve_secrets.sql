call ${plugin_app}.PLUGIN.RETRIEVE_SECRETS(${oauth_secret_name}, ${other_secrets_name})
