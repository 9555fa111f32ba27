"""From the rows to a problem, through the planner, and back as a published plan."""
