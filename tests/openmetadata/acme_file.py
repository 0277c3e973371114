"""A workflow's file: the made-up system, into JSON lines or into a catalog."""

TEXT = """\
source:
  type: customDatabase
  serviceName: acme
  serviceConnection:
    config:
      type: CustomDatabase
      sourcePythonClass: tests.openmetadata.acme.AcmeSource
      connectionOptions:
        host: https://${ACME_HOST}/api
        api_key: secret("ACME_API_KEY")
        page_size: "50"
  sourceConfig:
    config:
      type: DatabaseMetadata
      schemaFilterPattern: {excludes: [stag]}
sink:
  type: json-lines
  config: {path: acme.jsonl}
"""

TO_CATALOG = """\
sink:
  type: metadata-rest
  config: {}
workflowConfig:
  openMetadataServerConfig:
    hostPort: HOST_PORT
    authProvider: openmetadata
    securityConfig:
      jwtToken: ${OM_TOKEN}
"""
