"""The front door: the deployed CloudFront distribution at one address on this computer.

What is deployed becomes a value:

    deployed      the distribution of the stack's outputs, read again after each deployment
    declared      its configuration and what it refers to, through CloudFront's API
    plan          what it means: behaviors, origins, functions, keys; `policies` and `patterns` are parts
    store         the values of a key-value store

A request passes these in order:

    process       starts `proxy` in the background, for `make up`
    server        connections and their limits
    proxy         chooses the behavior, and turns errors into responses
    exchange      one request and its response, through the steps below
    signatures    signed URLs and cookies
    functions     a CloudFront Function in QuickJS; `events` has what it receives and returns
    cache         responses that are kept; `selection` and `compression` decide what is sent of them
    origins       the request to an API, a bucket or another server; `signing` signs it
    websocket     the relay of a WebSocket, instead of cache and origins

`viewer`, `headers` and `bodies` are the parts of a request that the steps share.
"""
