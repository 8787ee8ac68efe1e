"""Which agents there are: definitions of the project and of the user, settings, and presets of known clients."""
