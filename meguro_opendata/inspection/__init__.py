"""What a file is and how machine-readable it is."""
