"""The Agent Client Protocol from the client's side, lenient towards what agents make of it."""
