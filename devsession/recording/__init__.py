"""Every exchange with the app: recorded once, redacted, and played again.

`tape` holds what a session said to the app, `recorder` hooks the HTTP libraries of this process,
`replay` plays the cassette of one scenario, `scenario` is the folder that a test is made of.
"""
