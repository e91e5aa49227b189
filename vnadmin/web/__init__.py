"""Pages on which an index is looked at: `vnadmin serve`. Needs the extra "web"."""
