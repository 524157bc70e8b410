"""specc: a compiler for declarative neural-network specs."""
