"""The door for any WSGI server: `gunicorn wsgi:app` serves what the environment's DOSSIER_* settings name."""

from dossier.web.server import application

app = application()
