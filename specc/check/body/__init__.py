"""Bodies of models and blocks: from statements to calls with names, still without shapes."""
