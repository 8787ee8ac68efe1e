"""Which agents there are: definitions of project and user, settings, and presets of known clients."""
