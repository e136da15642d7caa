"""The widgets of the dashboard; a file has one, or a few that make one view, and how they are drawn."""
