"""The command line: reads arguments, calls the api, prints. No numbers are made here."""

from landbridge.cli.app import main

__all__ = ["main"]
