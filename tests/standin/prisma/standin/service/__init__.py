"""The API of a deployed service, generated from its datamodel."""
