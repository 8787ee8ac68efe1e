"""What was asked for: understood, previewed, confirmed, carried out."""
