"""What people correct: kept beside the outputs, applied to them, and never lost."""
