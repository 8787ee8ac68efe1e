"""The screens, and how news, keys and plans reach what they show."""
