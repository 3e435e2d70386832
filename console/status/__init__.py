"""The state of one account for the customer: a page of their own, behind an address that ends."""
