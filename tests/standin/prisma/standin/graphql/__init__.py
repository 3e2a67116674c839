"""A small GraphQL engine: enough of the language for a real client, with the message texts of sangria.

The distribution's own GraphQL library differs too much between releases to be relied on, and a client of the real
server compares sangria's texts. Left out: subscriptions, custom directives, the rarer validation rules.
"""
