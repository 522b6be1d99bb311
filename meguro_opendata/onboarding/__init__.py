"""First steps: a new workspace, the demo, a check of this machine."""
