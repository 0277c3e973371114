"""From a plugin's folder to an app on Snowflake: package, upload, deploy, register."""
