"""The input bar: typing, completing, remembering."""
