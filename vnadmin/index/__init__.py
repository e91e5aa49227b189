"""An archive's documents and what they cite in one SQLite file, to be searched and asked."""

from vnadmin.index.index import Index

__all__ = ["Index"]
