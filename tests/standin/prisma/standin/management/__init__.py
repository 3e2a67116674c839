"""The management API: which services there are, and what is deployed to them."""
