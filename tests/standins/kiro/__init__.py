"""The parts of the stand-in for kiro-cli, which is in ``kiro_cli.py`` beside this folder."""
