"""How well the models read: photos, held-out synthetic strips, tables, pictures, comparisons."""
