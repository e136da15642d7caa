"""The widgets of the dashboard, one per file."""
