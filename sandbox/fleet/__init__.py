"""The fleet: plausible customers' accounts, made from a seed so that the same seed gives the same fleet."""
