"""SERVICE: a query of ours asks another endpoint, https://www.w3.org/TR/sparql11-federated-query/.

The engine could send requests to anywhere. So the guard (`calls`) finds each SERVICE of a query
and insists that its host is on a list (`allowed`); the address is then replaced by one of a
*gateway* in this process, for this query alone. The engine asks the gateway, and the gateway
asks the host (`asking`): with its own deadline, at an address that was looked at, and passing on
only what is an answer (`results`).
"""
