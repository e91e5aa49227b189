"""Files and folders in, their outputs in a folder of the same shape."""
