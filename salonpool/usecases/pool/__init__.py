"""Who works when: weekly hours, posted shifts, offers, and the one way to a seat."""
