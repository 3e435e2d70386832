"""The WSGI application that the server of `python -m sandbox` runs."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
