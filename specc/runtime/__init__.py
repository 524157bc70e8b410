"""Plain NumPy pieces that every emitted program shares.

Their text is copied into the programs that use them, so nothing here may import from
specc. The same code makes the order of examples and the splits inside specc.
"""
