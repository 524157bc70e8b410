"""The syntax of .nnspec: from text to tree, and to the one style. Alone in knowing Lark."""
