"""Schema steps, one story each, and the guards that hold after every one of them."""
