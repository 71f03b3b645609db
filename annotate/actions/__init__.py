"""Every write: one function each, one transaction, permission checked, Change rows left."""
