"""What happened to an installation over time, drawn on the server."""
