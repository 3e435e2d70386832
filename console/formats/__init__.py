"""How dates stand where Django's own pages write them: as everywhere else in the console."""
