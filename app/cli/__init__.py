"""The `delegate` command: thin, starts fast, imports no Textual unless the dashboard opens."""
