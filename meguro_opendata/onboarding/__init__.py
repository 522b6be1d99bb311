"""First steps of a user: a new workspace, the demo, and a check of this machine."""
