"""What fills which field, on the screen: of an extension, and of an installation with rules of its own."""
