"""What a record of the product would become in an installation, and what a contract there holds beside it."""
