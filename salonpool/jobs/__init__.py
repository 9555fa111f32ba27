"""THE CLOCK: what runs when, and where. Tasks are plain functions; due rows say what there is to do.

clock.py keeps this process's keeper of the one lease, timetable.py says which periodic run is due,
lanes.py runs the tasks of tasks.py side by side. Called by the `jobs` command alone. Imports usecases, clock,
uptime and apscheduler.
"""
