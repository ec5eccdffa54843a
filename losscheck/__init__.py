"""Does your loss match your noise? Every loss is somebody's negative log-likelihood."""
