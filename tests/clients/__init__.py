"""Real agent clients in tests: installed beside the checkout, in scratch homes, with a model on loopback."""
