"""How gunicorn serves the console: `gunicorn --config python:console.serving console.wsgi`.

`WEB_BIND`, `WEB_PROCESSES` and `WEB_THREADS` change what usually need not be changed.
"""

import os

bind = os.environ.get("WEB_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "8"))
# No page of ours takes longer; whoever waits is told by the proxy rather than never.
timeout = 60
graceful_timeout = 5
keepalive = 5
# Memory that a process gathered over weeks is given back; the jitter keeps two from restarting at once.
max_requests = 20_000
max_requests_jitter = 2_000
accesslog = "-"
# %(U)s is the path without the query string: what people search for does not belong into a log.
access_log_format = "%(t)s %(h)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
logger_class = "console.access_log.AccessLog"
control_socket_disable = True
