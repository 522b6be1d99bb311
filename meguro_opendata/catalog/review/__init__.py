"""Rules on metadata, its quality, and what a crawler picks up."""
