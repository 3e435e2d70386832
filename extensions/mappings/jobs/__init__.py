"""One kind of repair in many accounts at once, each written by the repair of its own."""
