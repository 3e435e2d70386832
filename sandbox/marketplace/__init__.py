"""The marketplace below `/marketplace/`: extensions, template types, webhooks and tokens as a customer meets them.

Pages for people, drawn on the server. Nothing of them is in the way of an API request: sessions, CSRF and headers
hang on the views here, not on a middleware.
"""
