"""Faults: the conditions that the console judges, brought about by changing rows and undone to the letter."""
