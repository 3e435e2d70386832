"""Who is told of what: channels, rules and sendings as staff see them."""
