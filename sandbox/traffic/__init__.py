"""Traffic: contracts that come into being, are filled, sent, signed and declined by themselves, at a set rate."""
