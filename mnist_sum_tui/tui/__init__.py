"""The dashboard: `mnist-sum tui`. It draws the events of a run and sends requests back through `control`."""
