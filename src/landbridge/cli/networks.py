"""`landbridge network check`."""

from landbridge.cli.printing import end_progress, print_json, show_progress
