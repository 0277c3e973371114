"""What runs on Snowflake: the plugin's methods as procedures. It is packed with the plugin.

It imports from lower floors only, and of other packages what Snowflake's channel has.
"""
