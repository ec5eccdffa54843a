"""Before training: what the targets alone allow, and where an untrained network starts from."""
