"""THE EXAMPLE: a living network for people to try. Bulk rows for history, use cases for the story.

Called by cli and, through app, by the demo's own pages. Touches nothing but the demo networks.
"""
