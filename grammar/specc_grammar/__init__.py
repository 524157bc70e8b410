"""The grammar of the .nnspec language, and the parse table made from it."""
