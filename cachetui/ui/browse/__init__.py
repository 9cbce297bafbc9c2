"""The Browse view: the tree, its columns, the filter and the details."""
