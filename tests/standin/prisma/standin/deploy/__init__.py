"""Deploying a datamodel: reading it, checking it, finding the steps, applying them."""
