"""One module a command; modules are named after the command they hold."""
