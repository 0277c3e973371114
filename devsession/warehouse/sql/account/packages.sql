select PACKAGE_NAME, VERSION
from ${of}INFORMATION_SCHEMA.PACKAGES
where LANGUAGE = 'python' and coalesce(RUNTIME_VERSION, ?) = ?
