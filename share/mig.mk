# The orchestrator of a migration, included by its own Makefile.
