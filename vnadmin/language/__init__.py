"""What officials write: the n-gram language model and how text becomes its words."""
